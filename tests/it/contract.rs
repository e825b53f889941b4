//! The contract against the house: codes, health, reflection, and what every answer carries.

use std::collections::BTreeSet;

use ropa::{document::json, domain::finding::FindingCode, pb};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::app::{App, Engine};

#[test]
fn the_catalogue_and_the_contract_have_the_same_codes() {
    let file = json::descriptor("Finding")
        .unwrap()
        .parent_pool()
        .get_enum_by_name("ropa.v1.FindingCode")
        .unwrap();
    let contract: BTreeSet<(i32, String)> = file
        .values()
        .filter(|value| value.number() != 0)
        .map(|value| (value.number(), value.name().to_owned()))
        .collect();
    let catalogue: BTreeSet<(i32, String)> = FindingCode::ALL
        .iter()
        .map(|code| (code.number(), code.rule().code.to_owned()))
        .collect();
    assert_eq!(contract, catalogue);
}

#[test]
fn every_code_says_what_it_means_and_where_it_is_from() {
    for code in FindingCode::ALL {
        let rule = code.rule();
        assert!(
            !rule.article.is_empty() && !rule.message.is_empty(),
            "{}",
            rule.code
        );
        assert!(
            !rule.message.ends_with('.') && rule.message.starts_with(char::is_lowercase)
                || rule.message.starts_with('`'),
            "{}",
            rule.code
        );
    }
}

/// A code that nothing gives, or that no expectation names, is one that nobody knows to work.
#[test]
fn every_code_is_given_and_expected() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let given: String = texts(&root.join("src/decision")) + &texts(&root.join("src/law"));
    let expected: String = texts(&root.join("tests/it/cases")) + &texts(&root.join("tests/it/questions"));
    let is_said = |text: &str, word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let next = text[at + word.len()..].chars().next();
            !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    };
    let mut wrong = Vec::new();
    for code in FindingCode::ALL {
        if !is_said(&given, &format!("FindingCode::{code:?}")) {
            wrong.push(format!("nothing gives {}", code.rule().code));
        }
        if !is_said(&expected, code.rule().code) {
            wrong.push(format!("nothing expects {}", code.rule().code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All files below a folder, one after the other.
fn texts(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &texts(&path);
        } else {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}

/// Every message and field of the contract is documented.
#[test]
fn everything_in_the_contract_is_documented() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/ropa/v1");
    let mut bare = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let declares = line.ends_with(';') && line.contains(" = ") && !line.starts_with("syntax")
                || ["message ", "enum ", "service ", "rpc "]
                    .iter()
                    .any(|word| line.starts_with(word));
            if declares && !lines[index - 1].starts_with("//") {
                bare.push(format!("{}:{}: {line}", path.display(), index + 1));
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[tokio::test]
async fn health_is_told_by_name() {
    let app = App::with_examples(Engine::Sqlite).await;
    let mut client = HealthClient::new(app.channel.clone());
    for service in [
        "",
        "liveness",
        "readiness",
        "ropa.v1.DecisionService",
        "ropa.v1.RegisterService",
    ] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let status = client.check(request).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service}");
    }
    let unknown = client
        .check(HealthCheckRequest {
            service: "nothing".to_owned(),
        })
        .await;
    assert_eq!(unknown.unwrap_err().code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn an_answer_carries_what_it_rests_on() {
    let app = App::with_examples(Engine::Sqlite).await;
    let question = pb::CheckRequest {
        register: "registers/koko".to_owned(),
        activity: "registers/koko/activities/chat".to_owned(),
        operations: vec![pb::Operation::Use.into()],
        data: vec!["ropa:ChatTranscript".to_owned()],
        subjects: vec!["ropa:ChatUser".to_owned()],
        events: [("ropa:ChatEnded".to_owned(), "2026-01-31".to_owned())].into(),
        time: Some(prost_types::Timestamp {
            seconds: 1_790_000_000,
            nanos: 0,
        }),
        ..pb::CheckRequest::default()
    };
    let answer = app.decisions().check(question).await.unwrap().into_inner();
    assert_eq!(answer.verdict(), pb::Verdict::Permitted, "{answer:?}");
    assert_eq!(answer.activity, "registers/koko/activities/chat");
    assert_eq!((answer.activity_revision, answer.revision), (2, 4));
    let ruleset = answer.ruleset.unwrap();
    assert_eq!(
        (ruleset.version.as_str(), ruleset.digest.len()),
        (ropa::law::RULESET_VERSION, 64)
    );
    // Thirteen months after 31 January 2026, in Helsinki: permitted to the end of 28 February 2027.
    let until = answer.valid_until.unwrap();
    assert_eq!(
        until.seconds,
        "2027-02-28T22:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_second()
    );
    assert_eq!(answer.cache_max_age.unwrap().seconds, 30);
    assert_eq!(
        answer
            .decision_id
            .parse::<uuid::Uuid>()
            .unwrap()
            .get_version_num(),
        7
    );
    let erase = answer
        .duties
        .iter()
        .find(|duty| duty.code() == pb::FindingCode::EraseBy)
        .unwrap();
    assert_eq!(erase.date, "2027-02-28");
}

/// Clients of both generations can ask for the contract.
#[tokio::test]
async fn the_contract_can_be_asked_for() {
    use tonic_reflection::pb::{v1, v1alpha};
    let app = App::start(Engine::Sqlite).await;
    let symbol = "ropa.v1.DecisionService";

    let request = v1::ServerReflectionRequest {
        message_request: Some(
            v1::server_reflection_request::MessageRequest::FileContainingSymbol(symbol.to_owned()),
        ),
        ..Default::default()
    };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(app.channel.clone());
    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers
        .message()
        .await
        .unwrap()
        .unwrap()
        .message_response
        .unwrap();
    assert!(matches!(
        answer,
        v1::server_reflection_response::MessageResponse::FileDescriptorResponse(_)
    ));

    let request = v1alpha::ServerReflectionRequest {
        message_request: Some(
            v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(symbol.to_owned()),
        ),
        ..Default::default()
    };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(app.channel.clone());
    let mut answers = client
        .server_reflection_info(tokio_stream::once(request))
        .await
        .unwrap()
        .into_inner();
    let answer = answers
        .message()
        .await
        .unwrap()
        .unwrap()
        .message_response
        .unwrap();
    assert!(matches!(
        answer,
        v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(_)
    ));
}

/// Who has applied a register and asks the same server next is answered from it, without waiting.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_applied_is_answered() {
    let app = App::start(Engine::Sqlite).await;
    for round in 0..5 {
        let id = format!("shop-{round}");
        let request = pb::ApplyRegisterRequest {
            document: Some(crate::app::small(&id, "Shop")),
            ..pb::ApplyRegisterRequest::default()
        };
        let applied = app
            .registers()
            .apply_register(request)
            .await
            .unwrap()
            .into_inner();
        let question = pb::CheckRequest {
            register: id,
            activity: "none".to_owned(),
            operations: vec![pb::Operation::Erase.into()],
            ..pb::CheckRequest::default()
        };
        let answer = app.decisions().check(question).await.unwrap().into_inner();
        assert!(answer.revision >= applied.revision, "{answer:?}");
    }
}
