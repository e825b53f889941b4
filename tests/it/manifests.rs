//! Registers out of the service and back: manifests that are written are taken back without a difference; the history is
//! told as a person asks for it.

use std::fs;

use crate::{
    app::{Database, EXAMPLES, Engine},
    program::{Program, run},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_applied_without_a_difference() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let server = format!("http://{}", program.address);
    let examples = format!("{}/examples/registers", env!("CARGO_MANIFEST_DIR"));
    let applied = run(&["apply", "--server", &server, "-f", &examples]);
    assert_eq!(applied.code, 0, "{}", applied.said);
    let folder = tempfile::tempdir().unwrap();
    let all = folder.path().join("all");
    for register in EXAMPLES {
        let out = all.join(register);
        let out = out.to_str().unwrap();
        let exported = run(&[
            "export", register, "--server", &server, "--format", "yaml", "--output", out,
        ]);
        assert_eq!(exported.code, 0, "{}", exported.said);
        let again = run(&["apply", "--server", &server, "-f", out, "--dry-run", "--prune"]);
        assert_eq!(again.code, 0, "{}", again.said);
        assert!(again.said.contains("nothing to change"), "{}", again.said);
        // As one file, too.
        let one = run(&["export", register, "--server", &server, "--format", "yaml"]);
        let file = folder.path().join(format!("{register}.yaml"));
        fs::write(&file, &one.said).unwrap();
        let file = file.to_str().unwrap();
        let again = run(&["apply", "--server", &server, "-f", file, "--dry-run", "--prune"]);
        assert_eq!(again.code, 0, "{}", again.said);
    }
    // A folder of folders is several registers.
    let all = run(&[
        "apply",
        "--server",
        &server,
        "-f",
        all.to_str().unwrap(),
        "--dry-run",
    ]);
    assert_eq!(
        all.said.matches("nothing to change").count(),
        EXAMPLES.len(),
        "{}",
        all.said
    );
    let again = run(&[
        "export", "koko", "--server", &server, "--format", "yaml", "--output", &examples,
    ]);
    assert_eq!(
        again.code, 1,
        "a folder with manifests is left alone: {}",
        again.said
    );
    program.kill();
}

/// A register in folders without a file of its own above them is still one.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_register_are_applied_together() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let server = format!("http://{}", program.address);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop");
    for (part, text) in [
        (
            "register",
            "register: {name: registers/shop, title: Shop, controller: {legal_name: Shop Ltd, country: FI, time_zone: Europe/Helsinki}}",
        ),
        (
            "recipients",
            "recipients: [{name: registers/shop/recipients/bank, title: Bank, kinds: [ropa:Bank]}]",
        ),
    ] {
        fs::create_dir_all(path.join(part)).unwrap();
        fs::write(path.join(part).join("part.yaml"), text).unwrap();
    }
    let applied = run(&[
        "apply",
        "--prune",
        "--server",
        &server,
        "-f",
        path.to_str().unwrap(),
    ]);
    assert_eq!(applied.code, 0, "{}", applied.said);
    assert!(
        applied.said.contains("2 resources changed in revision 1"),
        "{}",
        applied.said
    );
    program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_told() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let server = format!("http://{}", program.address);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.yaml");
    let manifest = "
register:
  name: registers/shop
  title: Shop
  controller: {legal_name: Shop Ltd, country: FI, time_zone: Europe/Helsinki}
";
    let apply = |manifest: &str, reason: &str, request_id: &str| {
        fs::write(&file, manifest).unwrap();
        let file = file.to_str().unwrap();
        run(&[
            "apply",
            "--server",
            &server,
            "-f",
            file,
            "--reason",
            reason,
            "--request-id",
            request_id,
        ])
    };
    let ids = [uuid::Uuid::now_v7().to_string(), uuid::Uuid::now_v7().to_string()];
    assert_eq!(apply(manifest, "first draft", &ids[0]).code, 0);
    let renamed = manifest.replace("title: Shop", "title: Web shop");
    assert_eq!(apply(&renamed, "renamed by the board", &ids[1]).code, 0);
    // The same run again, as after an unknown outcome.
    let again = apply(&renamed, "renamed by the board", &ids[1]);
    assert!(
        again.said.contains("1 resource changed in revision 2"),
        "{}",
        again.said
    );

    let history = |what: &str| run(&["history", "--server", &server, what]).said;
    let told = history("shop");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(
        lines[0].contains(": renamed by the board") && lines[1].contains(": first draft"),
        "{told}"
    );
    let told = history("2");
    assert!(
        told.contains("- \"Shop\"") && told.contains("+ \"Web shop\""),
        "{told}"
    );
    let told = history("registers/shop/activities/none");
    assert!(told.contains("NotFound"), "{told}");
    let diff = |from: &str, to: &str| run(&["diff", "shop", from, to, "--server", &server]);
    let differs = diff("1", "2");
    assert_eq!(differs.code, 2, "{}", differs.said);
    assert!(
        differs
            .said
            .contains("1 resource differs between revisions 1 and 2"),
        "{}",
        differs.said
    );
    assert_eq!(diff("2", "2").code, 0);
    assert_eq!(diff("1", "9").code, 1);
    program.kill();
}
