//! The commands as a person or a pipeline runs them: what they print and how they end.

use std::fs;

use crate::{
    app::{Database, Engine},
    program::{Program, run},
};

const MANIFEST: &str = "
register:
  name: registers/bakery
  title: Bakery
  controller: {legal_name: Bakery Ltd, country: FI, time_zone: Europe/Helsinki}
processors:
  - {name: registers/bakery/processors/van, title: Delivery van}
activities:
  - name: registers/bakery/activities/orders
    title: Cake orders
    purposes: [{id: orders, codes: [dpv:CustomerOrderManagement]}]
    subjects: [{subject: dpv:Customer}]
    data_uses: [{data: [pd:Name]}]
    legal_bases: [{article_6: eu-gdpr:A6-1-b}]
    processors: [{processor: van}]
";

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_applied_and_asked() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let folder = tempfile::tempdir().unwrap();
    let (file, server) = (
        folder.path().join("bakery.yaml"),
        format!("http://{}", program.address),
    );
    fs::write(&file, MANIFEST).unwrap();
    let file_name = file.to_str().unwrap().to_owned();
    let apply = |more: &[&str]| {
        let arguments = ["apply", "--server", &server, "-f", &file_name];
        run(&[&arguments, more].concat())
    };

    let ran = apply(&["--dry-run"]);
    assert_eq!(ran.code, 2, "{}", ran.said);
    assert!(
        ran.said.contains("+ registers/bakery/activities/orders"),
        "{}",
        ran.said
    );
    assert!(ran.said.contains("3 resources would change"), "{}", ran.said);
    assert_eq!(apply(&[]).code, 0);
    let ran = apply(&["--dry-run"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(
        ran.said.contains("nothing to change at revision 1"),
        "{}",
        ran.said
    );

    fs::write(&file, MANIFEST.replace("[pd:Name]", "[pd:Name, pd:EmailAddress]")).unwrap();
    let ran = apply(&["--reason", "receipts go by mail"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.contains("data_uses[0].data[1]"), "{}", ran.said);
    assert!(ran.said.contains("+ \"pd:EmailAddress\""), "{}", ran.said);

    // Mistakes are told with their file, and what the server says of a refusal is told too.
    fs::write(&file, MANIFEST.replace("[pd:Name]", "[pd:Nmae]")).unwrap();
    let ran = apply(&[]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(
        ran.said
            .contains("bakery.yaml: activities[0].data_uses[0].data[0]"),
        "{}",
        ran.said
    );
    assert!(ran.said.contains("nearest: `pd:Name`"), "{}", ran.said);
    let only_the_register = MANIFEST.split("processors:").next().unwrap();
    let and_activities = MANIFEST.split("Delivery van}").nth(1).unwrap();
    fs::write(
        &file,
        format!(
            "{only_the_register}{}",
            and_activities.replace("    processors: [{processor: van}]", "")
        ),
    )
    .unwrap();
    assert_eq!(apply(&["--prune", "--dry-run"]).code, 2);

    let check = |data: &str| {
        let arguments = [
            "check",
            "--server",
            &server,
            "--register",
            "bakery",
            "--activity",
            "orders",
            "--operation",
            "USE",
        ];
        run(&[&arguments[..], &["--data", data, "--subject", "dpv:Customer"]].concat())
    };
    let ran = check("pd:Name");
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.starts_with("PERMITTED"), "{}", ran.said);
    let ran = check("pd:MedicalHealth");
    assert_eq!(ran.code, 5, "{}", ran.said);
    assert!(ran.said.contains("DATA_CATEGORY_NOT_DECLARED"), "{}", ran.said);
    program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_missing_is_told() {
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let folder = tempfile::tempdir().unwrap();
    let (file, server) = (
        folder.path().join("r.yaml"),
        format!("http://{}", program.address),
    );
    let apply = |text: &str, more: &[&str]| {
        fs::write(&file, text).unwrap();
        run(&[
            &["apply", "--server", &server, "-f", file.to_str().unwrap()],
            more,
        ]
        .concat())
    };
    assert_eq!(apply(MANIFEST, &[]).code, 0);
    // The activity stays and goes on naming a condition that the register would no longer have.
    let with = MANIFEST
        .replace(
            "  title: Bakery\n",
            "  title: Bakery\n  conditions: [{id: paid, text: It was paid.}]\n",
        )
        .replace(
            "{article_6: eu-gdpr:A6-1-b}",
            "{article_6: eu-gdpr:A6-1-b, conditions: [paid]}",
        );
    assert_eq!(apply(&with, &[]).code, 0);
    let register_only = MANIFEST.split("processors:").next().unwrap();
    let ran = apply(register_only, &[]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(ran.said.contains("FailedPrecondition"), "{}", ran.said);
    assert!(
        ran.said
            .contains("registers/bakery/activities/orders.legal_bases[0].conditions[0]"),
        "{}",
        ran.said
    );
    program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_are_loaded_at_start() {
    let database = Database::new(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    // As in a repository: a folder for each register, and what else lies about.
    for (name, text) in [
        ("bakery/all.yaml", MANIFEST),
        (".git/config.yaml", "no manifest"),
        ("docs/README.md", "# Registers"),
    ] {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let load = folder.path().to_str().unwrap();
    let program = Program::start_with(&database, &["--load", load]);
    let server = format!("http://{}", program.address);
    let asked = [
        "check",
        "--server",
        &server,
        "--register",
        "bakery",
        "--activity",
        "orders",
        "--operation",
        "ERASE",
    ];
    assert_eq!(run(&asked).code, 0);
    program.kill();

    // A mistake, also one of reference, keeps it from serving without what it was to load.
    let file = folder.path().join("bakery/all.yaml");
    fs::write(
        file,
        MANIFEST.replace("[{processor: van}]", "[{processor: lorry}]"),
    )
    .unwrap();
    let ran = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        "sqlite::memory:",
        "--load",
        load,
    ]);
    assert_eq!(ran.code, 1, "{}", ran.said);
    assert!(
        ran.said
            .contains("all.yaml: activities[0].processors[0].processor: there is no processor `lorry`"),
        "{}",
        ran.said
    );
}

#[test]
fn what_is_no_command_ends_apart() {
    for arguments in [
        &["serve", "--max-calls", "0"][..],
        &["apply"],
        &["nothing"],
        &["--log", "=", "check"],
    ] {
        let ran = run(arguments);
        assert_eq!(ran.code, 64, "{arguments:?}: {}", ran.said);
    }
    assert_eq!(run(&["--help"]).code, 0);
    let ran = run(&["check", "--help"]);
    assert!(ran.said.contains("5 denied"), "{}", ran.said);
}

#[tokio::test]
async fn migrating_says_what_it_did() {
    let database = Database::new(Engine::Sqlite).await;
    let ran = run(&["migrate", "--database-url", &database.text]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.contains("migrations run"), "{}", ran.said);
}

/// What the README shows to those who write an activity is one, and answers as it reads.
#[tokio::test(flavor = "multi_thread")]
async fn the_activity_of_the_readme_answers() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let section = readme.split_once("## Write an activity").unwrap().1;
    let manifest = section
        .split_once("```yaml")
        .unwrap()
        .1
        .split_once("```")
        .unwrap()
        .0;
    let database = Database::new(Engine::Sqlite).await;
    let program = Program::start(&database);
    let folder = tempfile::tempdir().unwrap();
    let (file, server) = (
        folder.path().join("gym.yaml"),
        format!("http://{}", program.address),
    );
    fs::write(&file, manifest).unwrap();
    let ran = run(&["apply", "--server", &server, "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.said);

    let check = |question: &[&str]| {
        let asked = [
            "check",
            "--server",
            &server,
            "--register",
            "gym",
            "--activity",
            "membership",
        ];
        run(&[&asked, question].concat())
    };
    let member = ["--operation", "USE", "--subject", "dpv:Member"];
    let ran = check(&[&member[..], &["--purpose", "contract", "--data", "training-plan"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.said);
    let ran = check(&[&member[..], &["--purpose", "offers", "--data", "pd:EmailAddress"]].concat());
    assert_eq!(ran.code, 4, "{}", ran.said);
    assert!(ran.said.contains("CONSENT_UNKNOWN"), "{}", ran.said);
    let ran = check(&[&member[..], &["--purpose", "offers", "--data", "pd:BankAccount"]].concat());
    assert_eq!(ran.code, 5, "{}", ran.said);
}

#[test]
fn codes_are_found_by_their_words() {
    let ran = run(&["codes", "BANK", "account"]);
    assert_eq!(ran.code, 0, "{}", ran.said);
    assert!(ran.said.contains("pd:BankAccount"), "{}", ran.said);
    let ran = run(&["codes", "--facet", "event", "member"]);
    assert!(ran.said.contains("ropa:EndOfMembership"), "{}", ran.said);
    assert!(!ran.said.contains("dpv:Member "), "{}", ran.said);
    assert_eq!(run(&["codes", "no-such-code"]).code, 1);
}
