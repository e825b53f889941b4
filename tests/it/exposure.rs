//! The program as it is exposed: what it refuses to do, and its commands against a server that asks who calls.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use ropa::access::Role;

use crate::{
    access::{entry, token},
    app::{Database, Engine},
    authority::{Authority, Valid},
    program::{Program, run},
};

/// Wrong configuration.
const EX_CONFIG: i32 = 78;

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every way to stand open is refused by the name of its option, with what to do, and all at once.
#[test]
fn it_does_not_stand_open_by_mistake() {
    let authority = Authority::new();
    let (certificate, key) = authority.files("server", &authority.server());
    let (_, other_key) = authority.files("other", &authority.server());
    let callers = authority.file(
        "callers.yaml",
        &format!("callers:\n{}", entry("crm", Role::Checker)),
    );
    let by_certificate = authority.file(
        "by-certificate.yaml",
        "callers: [{name: ci, role: editor, certificate: ci}]",
    );
    let wrong = authority.file("wrong.yaml", "callers: [{name: 'a b', role: checker}]");
    let ca = authority.file("ca.crt", &authority.pem());
    let (certificate, key, other_key) = (path(&certificate), path(&key), path(&other_key));
    let (callers, by_certificate, wrong, ca) =
        (path(&callers), path(&by_certificate), path(&wrong), path(&ca));
    let open = ["--listen", "0.0.0.0:0"];
    let tls = ["--tls-cert", certificate, "--tls-key", key];
    let nobody = authority.file("nobody.yaml", "callers: []");
    let nobody = path(&nobody);
    let refused: [(&[&[&str]], &[&str]); 15] = [
        (
            &[&["--client-certificate", "required"]],
            &["--client-certificate required: needs TLS"],
        ),
        (&[&tls, &["--client-ca", ca]], &["--client-ca needs callers"]),
        (&[&["--callers", nobody]], &["there are none"]),
        (&[&["--otlp-endpoint", "no address"]], &["--otlp-endpoint"]),
        (&[&["--database-url", "mysql://x"]], &["--database-url"]),
        (
            &[&open],
            &[
                "--tls-cert",
                "--unsafe-listen-without-tls",
                "--callers",
                "--unsafe-listen-without-authentication",
            ],
        ),
        (
            &[&open, &tls],
            &["--callers", "--unsafe-listen-without-authentication"],
        ),
        (
            &[&open, &["--callers", callers]],
            &["--tls-cert", "--unsafe-listen-without-tls"],
        ),
        (
            &[&["--tls-cert", certificate]],
            &["--tls-cert and --tls-key go together"],
        ),
        (
            &[&["--tls-cert", certificate, "--tls-key", other_key]],
            &["does not fit the certificate"],
        ),
        (
            &[&["--tls-cert", key, "--tls-key", key]],
            &["has no certificate in PEM"],
        ),
        (&[&["--client-ca", ca]], &["--client-ca needs TLS"]),
        (&[&tls, &["--client-certificate", "required"]], &["--client-ca"]),
        (&[&tls, &["--callers", by_certificate]], &["needs --client-ca"]),
        (
            &[&["--callers", wrong]],
            &["callers[0].name", "callers[0]: has either"],
        ),
    ];
    for (arguments, words) in refused {
        let mut command = vec!["serve", "--check-config"];
        command.extend(arguments.iter().copied().flatten());
        let ran = run(&command);
        assert_eq!(ran.code, EX_CONFIG, "{command:?}: {}", ran.said);
        for word in words {
            assert!(
                ran.said.contains(word),
                "{command:?} says nothing of {word}: {}",
                ran.said
            );
        }
    }
    let fine: [&[&[&str]]; 5] = [
        &[],
        &[&["--otlp-endpoint", "https://collector.example.org:4317"]],
        &[&open, &tls, &["--callers", callers]],
        &[
            &open,
            &tls,
            &[
                "--callers",
                by_certificate,
                "--client-ca",
                ca,
                "--client-certificate",
                "required",
            ],
        ],
        &[
            &open,
            &[
                "--unsafe-listen-without-tls",
                "--unsafe-listen-without-authentication",
            ],
        ],
    ];
    for arguments in fine {
        let mut command = vec!["serve", "--check-config"];
        command.extend(arguments.iter().copied().flatten());
        let ran = run(&command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.said);
        assert!(ran.said.contains("can be served"));
    }
    // Everything wrong at once: options, manifests and the database.
    let ran = run(&[
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--load",
        wrong,
        "--database-url",
        "mysql://x",
    ]);
    assert_eq!(ran.code, EX_CONFIG);
    for word in ["--tls-cert", "--callers", "wrong.yaml", "--database-url"] {
        assert!(ran.said.contains(word), "{word}: {}", ran.said);
    }
}

/// A token is drawn into a file of its own, and its entry lets its bearer in, through every command and grpcurl. Nothing secret
/// is logged, whatever the level.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_show_who_calls_and_no_secret_is_logged() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("dpo.token");
    let drawn = run(&["token", "dpo", "--role", "editor", "--output", path(&token_file)]);
    assert_eq!(drawn.code, 0, "{}", drawn.said);
    let secret = fs::read_to_string(&token_file).unwrap();
    assert!(secret.starts_with("ropa_") && secret.len() > 64);
    assert!(!drawn.said.contains(&secret));
    assert_eq!(
        fs::metadata(&token_file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let again = run(&["token", "dpo", "--role", "editor", "--output", path(&token_file)]);
    assert_eq!(again.code, 1, "a token that is in use is not written over");

    let (certificate, key) = authority.files("server", &authority.server());
    let text = format!(
        "callers:\n{}{}  - {{name: ci, role: reader, certificate: 'spiffe://x/ci'}}\n",
        drawn.said,
        entry("crm", Role::Checker)
    );
    let callers = authority.file("callers.yaml", &text);
    let ca = authority.file("ca.crt", &authority.pem());
    let mut database = Database::new(Engine::Postgres).await;
    // A password that nobody asks for, but that must not be told.
    database.text = database.text.replace("postgres@", "postgres:planted-password@");
    let more = [
        "--tls-cert",
        path(&certificate),
        "--tls-key",
        path(&key),
        "--client-ca",
        path(&ca),
        "--callers",
        path(&callers),
        "--log",
        "trace",
    ];
    let mut program = Program::start_with(&database, &more);
    let server = format!("https://{}", program.address);
    let with = |command: &[&str], more: &[&str]| {
        let mut arguments = command.to_vec();
        arguments.extend(["--server", &server, "--ca", path(&ca)]);
        arguments.extend(more);
        run(&arguments)
    };
    let shown = ["--token-file", path(&token_file)];
    let who = with(&["whoami"], &shown);
    assert!(
        who.said.contains("dpo, editor, told by its token"),
        "{}",
        who.said
    );
    assert!(who.said.contains("ropa.v1.RegisterService/ApplyRegister"));
    let nobody = with(&["whoami"], &[]);
    assert_eq!(nobody.code, 1);
    assert!(
        nobody.said.contains("the caller is not identified"),
        "{}",
        nobody.said
    );
    let pair = authority.client("spiffe://x/ci", Valid::Yes);
    let (cert, cert_key) = authority.files("ci", &pair);
    let who = with(&["whoami"], &["--cert", path(&cert), "--key", path(&cert_key)]);
    assert!(
        who.said.contains("ci, reader, told by its certificate"),
        "{}",
        who.said
    );
    let health = with(&["healthcheck"], &[]);
    assert_eq!((health.code, health.said.trim()), (0, "SERVING"));
    assert_eq!(with(&["healthcheck", "--service", "nothing"], &[]).code, 1);

    let applied = with(
        &[
            "apply",
            "-f",
            concat!(env!("CARGO_MANIFEST_DIR"), "/examples/registers/koko"),
        ],
        &shown,
    );
    assert_eq!(applied.code, 0, "{}", applied.said);
    let question = [
        "check",
        "--register",
        "koko",
        "--activity",
        "chat",
        "--operation",
        "USE",
        "--data",
        "ropa:MemberNumber",
        "--subject",
        "dpv:Member",
        "--processor",
        "ninchat",
    ];
    let answered = with(&question, &shown);
    assert!(
        answered.said.contains("CONDITIONAL")
            || answered.said.contains("PERMITTED")
            || answered.said.contains("DENIED"),
        "{}",
        answered.said
    );
    let mut any = question.to_vec();
    any.push("--any-answer");
    assert_eq!(with(&any, &shown).code, 0);
    // Without TLS a token would be there for everybody to read.
    let plain = run(&[
        "whoami",
        "--server",
        "http://192.0.2.1:50051",
        "--token-file",
        path(&token_file),
    ]);
    assert!(plain.said.contains("use https"), "{}", plain.said);

    let (crm, unknown) = (
        folder.path().join("crm.token"),
        folder.path().join("unknown.token"),
    );
    fs::write(&crm, token("crm")).unwrap();
    fs::write(&unknown, token("unknown")).unwrap();
    assert!(
        with(&["whoami"], &["--token-file", path(&crm)])
            .said
            .contains("crm, checker")
    );
    assert_eq!(with(&["whoami"], &["--token-file", path(&unknown)]).code, 1);
    let address = program.address.to_string();
    let bearer = format!("authorization: Bearer {secret}");
    let listed = Command::new("grpcurl")
        .args([
            "-cacert",
            path(&ca),
            "-H",
            &bearer,
            &address,
            "ropa.v1.AccessService/GetCaller",
        ])
        .stdin(Stdio::null())
        .output()
        .expect("grpcurl is missing: run the tests with `tests/run`, which builds it");
    let listed = String::from_utf8([listed.stdout, listed.stderr].concat()).unwrap();
    assert!(
        listed.contains("\"name\": \"dpo\"") && listed.contains("\"role\": \"EDITOR\""),
        "{listed}"
    );

    let log = program.stop();
    for planted in [
        &secret,
        &token("crm"),
        &token("unknown"),
        "planted-password",
        "BEGIN PRIVATE",
        "ropa:MemberNumber",
    ] {
        assert!(!log.contains(planted), "the log has {planted}");
    }
    assert!(log.contains("TRACE"), "everything there is was logged");
    assert!(log.contains("dpo"), "who changed something is logged");
}
