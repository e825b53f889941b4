//! What is asked is counted, summed over servers, and shows what the register does not know.

use std::time::Duration;

use ropa::pb::{
    CheckRequest, FindingCode, ListObservedProcessingRequest, ObservedProcessing, Operation, Verdict,
    report_service_client::ReportServiceClient,
};
use tonic::Code;

use crate::app::{App, Engine, small};

fn question(activity: &str, data: &str) -> CheckRequest {
    CheckRequest {
        register: "shop".to_owned(),
        activity: activity.to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec![data.to_owned()],
        ..CheckRequest::default()
    }
}

async fn ask(app: &App, times: usize, question: CheckRequest) {
    for _ in 0..times {
        app.decisions().check(question.clone()).await.unwrap();
    }
}

async fn observed(app: &App, request: ListObservedProcessingRequest) -> Vec<ObservedProcessing> {
    let request = ListObservedProcessingRequest {
        parent: "registers/shop".to_owned(),
        ..request
    };
    let mut client = ReportServiceClient::new(app.channel.clone());
    client
        .list_observed_processing(request)
        .await
        .unwrap()
        .into_inner()
        .observed
}

/// Waits until everything that was asked has been written down.
async fn settled(app: &App, asked: i64) -> Vec<ObservedProcessing> {
    for _ in 0..600 {
        let all = observed(app, ListObservedProcessingRequest::default()).await;
        if all.iter().map(|one| one.count).sum::<i64>() == asked {
            return all;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not everything is counted within 30 seconds");
}

async fn counts(one: &App, other: &App) {
    // Not by `App::apply`, which asks until it is answered.
    let request = ropa::pb::ApplyRegisterRequest {
        document: Some(small("shop", "Shop")),
        ..ropa::pb::ApplyRegisterRequest::default()
    };
    one.registers().apply_register(request).await.unwrap();
    let fresh = CheckRequest {
        at_least_as_fresh: "1".to_owned(),
        ..question("orders", "pd:Name")
    };
    ask(other, 1, fresh).await;
    ask(one, 4, question("orders", "pd:Name")).await;
    ask(one, 2, question("orders", "pd:EmailAddress")).await;
    ask(other, 3, question("no-such", "pd:Name")).await;
    ask(one, 1, question("orders", "jane.doe@example.org")).await;
    // The past is not asked about to process anything.
    let past = CheckRequest {
        at_revision: 1,
        ..question("orders", "pd:Name")
    };
    ask(one, 5, past).await;

    let all = settled(one, 11).await;
    let told: Vec<(i64, &str, &str, bool)> = all
        .iter()
        .map(|one| {
            (
                one.count,
                one.activity.as_str(),
                one.data.as_str(),
                one.unrecorded,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (5, "orders", "pd:Name", false),
            (3, "no-such", "pd:Name", true),
            (2, "orders", "pd:EmailAddress", true),
            (1, "orders", "(no code)", true),
        ],
        "the most frequent first, of both servers, and nothing that may be a name"
    );
    assert_eq!(
        (all[1].verdict(), all[1].code()),
        (Verdict::Denied, FindingCode::ActivityNotRegistered)
    );
    assert_eq!(all[0].operation(), Operation::Use);
    let unrecorded = ListObservedProcessingRequest {
        only_unrecorded: true,
        ..ListObservedProcessingRequest::default()
    };
    assert_eq!(observed(other, unrecorded).await.len(), 3);
    let long_ago = ListObservedProcessingRequest {
        until: "2020-01-01".to_owned(),
        ..ListObservedProcessingRequest::default()
    };
    assert!(observed(one, long_ago).await.is_empty());
    let request = ListObservedProcessingRequest {
        parent: "registers/shop".to_owned(),
        page_size: 3,
        ..ListObservedProcessingRequest::default()
    };
    let mut client = ReportServiceClient::new(one.channel.clone());
    let page = client
        .list_observed_processing(request.clone())
        .await
        .unwrap()
        .into_inner();
    let rest = ListObservedProcessingRequest {
        page_token: page.next_page_token,
        ..request
    };
    let rest = client.list_observed_processing(rest).await.unwrap().into_inner();
    assert_eq!(
        (
            page.observed.len(),
            rest.observed.len(),
            rest.next_page_token.as_str()
        ),
        (3, 1, "")
    );
    let nowhere = ListObservedProcessingRequest {
        parent: "registers/none".to_owned(),
        ..ListObservedProcessingRequest::default()
    };
    assert_eq!(
        client.list_observed_processing(nowhere).await.unwrap_err().code(),
        Code::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_counted_over_servers_on_postgresql() {
    let one = App::start(Engine::Postgres).await;
    let other = App::beside(&one).await;
    counts(&one, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_counted_on_sqlite() {
    let app = App::start(Engine::Sqlite).await;
    counts(&app, &app).await;
}
