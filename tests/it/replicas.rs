//! Two servers on one database: what one is told the other answers from, soon and when asked to wait.

use std::time::{Duration, Instant};

use ropa::pb::{CheckRequest, Operation};

use crate::{
    app::{App, Database, Engine, small},
    program::Program,
};

fn question(at_least_as_fresh: &str) -> CheckRequest {
    CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        at_least_as_fresh: at_least_as_fresh.to_owned(),
        ..CheckRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_is_told_the_other_answers_from() {
    let one = App::start(Engine::Postgres).await;
    let other = App::beside(&one).await;
    for round in 0..50 {
        let applied = one.apply(small("shop", &format!("Shop {round}"))).await.unwrap();
        let answer = other
            .decisions()
            .check(question(&applied.token))
            .await
            .unwrap()
            .into_inner();
        assert!(answer.revision >= applied.revision, "never from an earlier one");
    }
    // And without being asked to wait, by the hint: much sooner than the timer alone.
    let mut slowest = Duration::ZERO;
    for round in 0..20 {
        let applied = one
            .apply(small("shop", &format!("Shop again {round}")))
            .await
            .unwrap();
        let written = Instant::now();
        while other
            .decisions()
            .check(question(""))
            .await
            .unwrap()
            .into_inner()
            .revision
            < applied.revision
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        slowest = slowest.max(written.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "it came at all: {slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_by_whom_it_was_made_and_not_what_it_says() {
    let database = Database::new(Engine::Sqlite).await;
    let mut program = Program::start(&database);
    let channel = crate::app::connect(program.address).await;
    let mut client = ropa::pb::register_service_client::RegisterServiceClient::new(channel);
    let mut request = tonic::Request::new(ropa::pb::ApplyRegisterRequest {
        document: Some(small("shop", "A title that nobody else reads")),
        reason: "a reason that nobody else reads".to_owned(),
        ..Default::default()
    });
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = request.metadata_mut();
    headers.insert("x-request-id", "order-17".parse().unwrap());
    headers.insert(
        "traceparent",
        format!("00-{trace}-00f067aa0ba902b7-01").parse().unwrap(),
    );
    let answer = client.apply_register(request).await.unwrap();
    let told = |key: &str| answer.metadata().get(key).unwrap().to_str().unwrap().to_owned();
    assert_eq!(told("x-request-id"), "order-17");
    assert!(
        told("traceparent").starts_with(&format!("00-{trace}-")),
        "the trace goes on"
    );
    assert!(
        !told("traceparent").contains("00f067aa0ba902b7"),
        "in a place of our own"
    );
    drop(client);
    // A check is told the same, and leaves no line.
    let channel = crate::app::connect(program.address).await;
    let mut decisions = ropa::pb::decision_service_client::DecisionServiceClient::new(channel);
    let mut asked = tonic::Request::new(question(""));
    asked
        .metadata_mut()
        .insert("x-request-id", "check-4".parse().unwrap());
    asked.metadata_mut().insert(
        "traceparent",
        format!("00-{trace}-00f067aa0ba902b7-01").parse().unwrap(),
    );
    let answer = decisions.check(asked).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "check-4");
    let told = answer.metadata().get("traceparent").unwrap().to_str().unwrap();
    assert!(told.starts_with(&format!("00-{trace}-")), "{told}");
    let plain = decisions.check(question("")).await.unwrap();
    assert!(plain.metadata().get("x-request-id").is_none());
    drop(decisions);
    let log = program.stop();
    let line = log
        .lines()
        .find(|line| line.contains("register `shop` changed"))
        .unwrap();
    for said in ["anonymous", "order-17", trace, "revision", "ApplyRegister"] {
        assert!(line.contains(said), "{said} in {line}");
    }
    assert!(
        !log.contains("nobody else reads") && !log.contains("check-4"),
        "{log}"
    );
}
