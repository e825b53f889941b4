//! From which revision questions are answered, one by one and together.

use prost_types::Timestamp;
use ropa::pb::{
    BatchCheckRequest, BatchCheckResponse, CheckRequest, CheckResponse, GetRegisterRequest, Operation,
    Prohibition, Purpose, RegisterDocument, Verdict, batch_check_result::Result as Outcome,
};
use tonic::Code;

use crate::{
    app::{App, Engine, small, times},
    mutations::reason,
};

fn question() -> CheckRequest {
    CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        subjects: vec!["dpv:Customer".to_owned()],
        ..CheckRequest::default()
    }
}

/// The register in which nothing may be done any more.
fn forbidding() -> RegisterDocument {
    let mut document = small("shop", "Shop");
    document.register.as_mut().unwrap().prohibitions = vec![Prohibition::default()];
    document
}

async fn check(app: &App, question: CheckRequest) -> CheckResponse {
    app.decisions().check(question).await.unwrap().into_inner()
}

async fn the_past_answers_as_it_did(engine: Engine) {
    let app = App::start(engine).await;
    let permitted = app.apply(small("shop", "Shop")).await.unwrap().revision;
    let forbidden = app.apply(forbidding()).await.unwrap().revision;
    let first = GetRegisterRequest {
        name: "registers/shop".to_owned(),
        at_revision: permitted,
        ..GetRegisterRequest::default()
    };
    let first = app.registers().get_register(first).await.unwrap().into_inner();
    assert_eq!(first.revision, permitted);

    let now = check(&app, question()).await;
    assert_eq!((now.verdict(), now.revision), (Verdict::Denied, forbidden));
    for _ in 0..2 {
        // Read, and then kept.
        let asked = CheckRequest {
            at_revision: permitted,
            ..question()
        };
        let then = check(&app, asked).await;
        assert_ne!(then.verdict(), Verdict::Denied, "{then:?}");
        assert_eq!(then.revision, permitted);
        assert_eq!(then.age, Some(prost_types::Duration::default()));
    }
    let instant = first.update_time.unwrap();
    let at_that_time = CheckRequest {
        as_of: Some(instant),
        ..question()
    };
    let then = check(&app, at_that_time).await;
    assert!(then.revision >= permitted);
    let before = CheckRequest {
        as_of: Some(Timestamp {
            seconds: instant.seconds - 60,
            nanos: 0,
        }),
        ..question()
    };
    let refused = app.decisions().check(before).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::NotFound, "REVISION_NOT_FOUND")
    );
    for (at_revision, code) in [(forbidden + 1, Code::NotFound), (-1, Code::InvalidArgument)] {
        let asked = CheckRequest {
            at_revision,
            ..question()
        };
        assert_eq!(app.decisions().check(asked).await.unwrap_err().code(), code);
    }
    let twice = CheckRequest {
        at_revision: 1,
        as_of: Some(instant),
        ..question()
    };
    assert_eq!(
        app.decisions().check(twice).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_answers_as_it_did_on_sqlite() {
    the_past_answers_as_it_did(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_answers_as_it_did_on_postgresql() {
    the_past_answers_as_it_did(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_written_is_answered_from_it() {
    let app = App::start(Engine::Sqlite).await;
    let applied = app.apply(small("shop", "Shop")).await.unwrap();
    let fresh = |token: &str| CheckRequest {
        at_least_as_fresh: token.to_owned(),
        ..question()
    };
    assert!(check(&app, fresh(&applied.token)).await.revision >= applied.revision);
    assert!(check(&app, fresh(&applied.revision.to_string())).await.revision >= applied.revision);
    let refused = app.decisions().check(fresh("99")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "NOT_FRESH")
    );
    let foreign = "1@00000000-0000-4000-8000-000000000000";
    let refused = app.decisions().check(fresh(foreign)).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "FOREIGN_TOKEN")
    );
    let refused = app.decisions().check(fresh("yesterday")).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let stale = CheckRequest {
        max_staleness: Some(prost_types::Duration { seconds: 0, nanos: 1 }),
        ..question()
    };
    let refused = app.decisions().check(stale).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "SNAPSHOT_TOO_OLD")
    );
}

async fn batch(app: &App, request: BatchCheckRequest) -> BatchCheckResponse {
    app.decisions().batch_check(request).await.unwrap().into_inner()
}

/// An answer without what differs from call to call.
fn steady(mut answer: CheckResponse) -> CheckResponse {
    answer.decision_id.clear();
    answer.age = None;
    answer.time = None;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_as_single_questions_do() {
    let app = App::with_examples(Engine::Sqlite).await;
    app.apply(small("shop", "Shop")).await.unwrap();
    let questions: Vec<CheckRequest> = (0..40)
        .map(|index| match index % 5 {
            0 => question(),
            1 => CheckRequest {
                register: "no-such".to_owned(),
                ..question()
            },
            2 => CheckRequest {
                operations: Vec::new(),
                ..question()
            },
            3 => CheckRequest {
                register: "koko".to_owned(),
                activity: "chat".to_owned(),
                operations: vec![Operation::Store.into()],
                ..question()
            },
            _ => CheckRequest {
                at_revision: 1,
                ..question()
            },
        })
        .collect();
    let answered = batch(
        &app,
        BatchCheckRequest {
            checks: questions.clone(),
            ..BatchCheckRequest::default()
        },
    )
    .await;
    assert_eq!(answered.results.len(), questions.len());
    for (index, (result, question)) in answered.results.into_iter().zip(questions).enumerate() {
        let alone = app.decisions().check(question).await;
        match (result.result.unwrap(), alone, index % 5) {
            (Outcome::Status(status), _, 4) => {
                assert!(
                    status.message.contains("is said of the whole batch"),
                    "{}",
                    status.message
                );
            }
            (Outcome::Response(one), Ok(other), _) => {
                assert_eq!(one.revision, answered.revision);
                assert_eq!(steady(one), steady(other.into_inner()));
            }
            (Outcome::Status(one), Err(other), _) => {
                assert_eq!(
                    (one.code, one.message.as_str()),
                    (other.code().into(), other.message())
                );
                assert!(!one.details.is_empty(), "with every violation");
            }
            (one, other, _) => panic!("{index}: {one:?} is not {other:?}"),
        }
    }
    let past = batch(
        &app,
        BatchCheckRequest {
            checks: vec![question()],
            at_revision: 1,
            ..BatchCheckRequest::default()
        },
    )
    .await;
    assert!(
        matches!(&past.results[0].result, Some(Outcome::Status(status)) if status.code == Code::NotFound as i32)
    );
    let empty = app
        .decisions()
        .batch_check(BatchCheckRequest::default())
        .await
        .unwrap_err();
    assert_eq!(empty.code(), Code::InvalidArgument);
    let many = BatchCheckRequest {
        checks: vec![CheckRequest::default(); 1001],
        ..BatchCheckRequest::default()
    };
    assert_eq!(
        app.decisions().batch_check(many).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

/// Whatever is changed later, an answer at a revision is the one that was given at it.
#[tokio::test(flavor = "multi_thread")]
async fn random_histories_are_answered_as_they_were() {
    let app = App::start(Engine::Sqlite).await;
    let mut given = Vec::new();
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    // Histories of one to four revisions, each of a register of its own; their revisions come in between each other.
    let histories = times(50, 1000);
    let mut open: Vec<(u64, u64)> = (0..histories).map(|number| (number, 1 + random(4))).collect();
    while !open.is_empty() {
        let at = usize::try_from(random(u64::try_from(open.len()).unwrap())).unwrap();
        let (number, left) = &mut open[at];
        *left -= 1;
        let register = format!("shop-{number}");
        if *left == 0 {
            open.swap_remove(at);
        }
        let mut document = small(&register, &format!("Shop {}", random(1000)));
        let activity = &mut document.activities[0];
        if random(3) == 0 {
            activity.data_uses[0].data.push("pd:EmailAddress".to_owned());
        }
        if random(4) == 0 {
            activity.legal_bases.clear();
        }
        if random(4) == 0 {
            activity.purposes.push(Purpose {
                id: "offers".to_owned(),
                codes: vec!["dpv:Marketing".to_owned()],
                ..Purpose::default()
            });
        }
        if random(5) == 0 {
            document.register.as_mut().unwrap().prohibitions = vec![Prohibition::default()];
        }
        let revision = app.apply(document).await.unwrap().revision;
        let asked = CheckRequest {
            register,
            data: vec![["pd:Name", "pd:EmailAddress"][usize::try_from(random(2)).unwrap()].to_owned()],
            purpose: ["", "orders", "offers"][usize::try_from(random(3)).unwrap()].to_owned(),
            time: Some(Timestamp {
                seconds: 1_790_000_000,
                nanos: 0,
            }),
            ..question()
        };
        let answer = check(&app, asked.clone()).await;
        assert_eq!(answer.revision, revision);
        given.push((revision, asked, answer));
    }
    for (revision, asked, answer) in given {
        let asked = CheckRequest {
            at_revision: revision,
            ..asked
        };
        assert_eq!(steady(check(&app, asked).await), steady(answer), "at {revision}");
    }
}
