//! Changes: all of it or nothing, one dense order, and nothing lost. On both databases.

use std::collections::{BTreeMap, BTreeSet};

use ropa::pb::{
    ApplyRegisterRequest, GetProcessingActivityRequest, GetRegisterRequest, ListProcessorsRequest,
    ListRecipientsRequest, ListRegistersRequest, RegisterDocument, resource_change::Action,
};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::{
    app::{App, EXAMPLES, Engine, example, small, times},
    faults::left_in_a_transaction,
};

fn apply(document: RegisterDocument) -> ApplyRegisterRequest {
    ApplyRegisterRequest {
        document: Some(document),
        ..ApplyRegisterRequest::default()
    }
}

async fn twenty_at_once(engine: Engine) {
    let app = App::start(engine).await;
    let writers = (0..20).map(|number| {
        let mut client = app.registers();
        // Half of them write registers of their own, half all write the same one.
        let register = if number % 2 == 0 {
            format!("own-{number}")
        } else {
            "shared".to_owned()
        };
        tokio::spawn(async move {
            let document = small(&register, &format!("Title {number}"));
            let applied = client.apply_register(apply(document)).await.unwrap().into_inner();
            (applied.revision, register, number)
        })
    });
    let mut done = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        done.push(writer.await.unwrap());
    }
    let revisions: BTreeSet<i64> = done.iter().map(|(revision, ..)| *revision).collect();
    assert_eq!(
        revisions,
        (1..=20).collect(),
        "revisions are dense and each is used once"
    );

    let last = done
        .iter()
        .filter(|(_, register, _)| register == "shared")
        .max()
        .unwrap();
    let request = GetRegisterRequest {
        name: "registers/shared".to_owned(),
        ..GetRegisterRequest::default()
    };
    let shared = app.registers().get_register(request).await.unwrap().into_inner();
    assert_eq!(
        (shared.revision, shared.title),
        (last.0, format!("Title {}", last.2)),
        "the last change stands"
    );
}

async fn what_changes_nothing_uses_no_revision(engine: Engine) {
    let app = App::start(engine).await;
    let first = app.apply(small("one", "One")).await.unwrap();
    assert_eq!((first.revision, first.changes.len()), (1, 2));

    let again = app.apply(small("one", "One")).await.unwrap();
    assert_eq!((again.revision, again.changes.len()), (1, 0), "the same again");

    let tried = ApplyRegisterRequest {
        validate_only: true,
        ..apply(small("one", "Other"))
    };
    let tried = app.registers().apply_register(tried).await.unwrap().into_inner();
    assert_eq!(tried.revision, 1);
    assert_eq!(tried.changes[0].fields[0].path, "title");
    assert_eq!(
        (
            tried.changes[0].fields[0].before.as_str(),
            tried.changes[0].fields[0].after.as_str()
        ),
        ("\"One\"", "\"Other\"")
    );

    let mut refused = small("one", "Other");
    refused.activities[0].transfers.push("nowhere".to_owned());
    assert_eq!(
        app.apply(refused).await.unwrap_err().code(),
        Code::InvalidArgument
    );

    let next = app.apply(small("two", "Two")).await.unwrap();
    assert_eq!(
        next.revision, 2,
        "neither the trial nor the refusal used a revision"
    );
}

async fn pruning_deletes_what_nothing_refers_to(engine: Engine) {
    let app = App::with_examples(engine).await;
    let mut document = example("koko");
    let ninchat = document
        .processors
        .iter()
        .position(|processor| processor.name.ends_with("/ninchat"))
        .unwrap();
    document.processors.remove(ninchat);

    // Not named, but not pruned: it stays.
    let kept = app.apply(document.clone()).await.unwrap();
    assert!(kept.changes.is_empty());

    // Pruned, although activities that stay refer to it.
    let mut without_chat = document.clone();
    without_chat.activities.clear();
    let refused = ApplyRegisterRequest {
        prune: true,
        ..apply(document)
    };
    let refused = app.registers().apply_register(refused).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    let named = refused
        .get_error_details()
        .bad_request()
        .unwrap()
        .field_violations
        .clone();
    assert!(
        named
            .iter()
            .any(|violation| violation.description.contains("ninchat")),
        "{named:?}"
    );

    // Everything that referred to it goes too.
    let pruned = ApplyRegisterRequest {
        prune: true,
        ..apply(without_chat)
    };
    let pruned = app.registers().apply_register(pruned).await.unwrap().into_inner();
    assert!(
        pruned
            .changes
            .iter()
            .all(|change| change.action() == Action::Deleted)
    );
    assert_eq!(pruned.changes.len(), 11, "ten activities and a processor");
    let gone = GetProcessingActivityRequest {
        name: "registers/koko/activities/chat".to_owned(),
        ..GetProcessingActivityRequest::default()
    };
    let gone = app.registers().get_processing_activity(gone).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

async fn lists_come_in_pages_in_order_of_name(engine: Engine) {
    let app = App::with_examples(engine).await;
    let mut client = app.registers();
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListRecipientsRequest {
            parent: "registers/koko".to_owned(),
            page_size: 7,
            page_token,
            ..ListRecipientsRequest::default()
        };
        let page = client.list_recipients(request).await.unwrap().into_inner();
        assert!(page.recipients.len() <= 7);
        names.extend(page.recipients.into_iter().map(|recipient| recipient.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected: BTreeSet<String> = example("koko")
        .recipients
        .into_iter()
        .map(|recipient| recipient.name)
        .collect();
    assert_eq!(names, expected.into_iter().collect::<Vec<_>>());

    let registers = client
        .list_registers(ListRegistersRequest::default())
        .await
        .unwrap()
        .into_inner();
    let names: Vec<String> = registers
        .registers
        .into_iter()
        .map(|register| register.name)
        .collect();
    assert_eq!(names, EXAMPLES.map(|register| format!("registers/{register}")));

    let nowhere = ListProcessorsRequest {
        parent: "registers/nowhere".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        client.list_processors(nowhere).await.unwrap_err().code(),
        Code::NotFound
    );
}

/// What a caller that gave up may have left behind must not touch anybody else's change.
async fn callers_that_give_up_lose_nothing(engine: Engine) {
    let app = App::start(engine).await;
    let mut acknowledged = Vec::new();
    for round in 0..times(60, 10_000) {
        let mut client = app.registers();
        let mut request = tonic::Request::new(apply(small(&format!("round-{round}"), "Round")));
        request.set_timeout(std::time::Duration::from_micros(300 + 150 * (round % 20)));
        if let Ok(answer) = client.apply_register(request).await {
            acknowledged.push((round, answer.into_inner().revision));
        }
    }
    let after = app.apply(small("after", "After")).await.unwrap();
    let mut revisions = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let page = ListRegistersRequest {
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = app.registers().list_registers(page).await.unwrap().into_inner();
        revisions.extend(
            page.registers
                .into_iter()
                .map(|register| (register.name, register.revision)),
        );
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    for (round, revision) in &acknowledged {
        assert_eq!(revisions.get(&format!("registers/round-{round}")), Some(revision));
    }
    // Some of those that nobody waited for may have come after it.
    let last = i64::try_from(revisions.len()).unwrap();
    assert!(after.revision <= last);
    let revisions: BTreeSet<i64> = revisions.into_values().collect();
    assert_eq!(
        revisions,
        (1..=last).collect(),
        "dense, also with those that nobody waited for"
    );
    if let Engine::Postgres = engine {
        assert_eq!(left_in_a_transaction(app.database_url()).await, 0);
    }
}

/// In the order of names a register whose id goes on where another's ends stands between that one and what is in it.
async fn registers_that_begin_alike_are_served(engine: Engine) {
    let app = App::start(engine).await;
    for id in ["fund", "fund-archive"] {
        app.apply(small(id, "Alike")).await.unwrap();
    }
}

macro_rules! on_both_engines {
    ($($case:ident)*) => {
        $( mod $case {
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$case(super::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgresql() {
                super::$case(super::Engine::Postgres).await;
            }
        } )*
    };
}

on_both_engines! {
    registers_that_begin_alike_are_served
    twenty_at_once
    what_changes_nothing_uses_no_revision
    pruning_deletes_what_nothing_refers_to
    lists_come_in_pages_in_order_of_name
    callers_that_give_up_lose_nothing
}
