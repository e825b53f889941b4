//! Many clients at once, each doing what comes to its mind: one dense order, losers who are told, nothing half, nothing left
//! behind, and a state that is what the history says.

use std::collections::{BTreeMap, BTreeSet};

use ropa::pb::{
    self, ApplyRegisterRequest, CommitRequest, CreateProcessingActivityRequest, CreateRecipientRequest,
    DeleteProcessingActivityRequest, DeleteRecipientRequest, Disclosure, GetRecipientRequest,
    GetRevisionRequest, LintRequest, Mutation, ProcessingActivity, Recipient, Resource, ResourceDeletion,
    UpdateRecipientRequest, history_service_client::HistoryServiceClient, mutation,
    report_service_client::ReportServiceClient, resource, resource_change::Action,
};
use tonic::{Code, Status};

use crate::app::{App, Engine, small, times};

const CLIENTS: u64 = 20;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn recipient(number: u64, title: u64) -> Recipient {
    Recipient {
        name: format!("registers/shop/recipients/r{number}"),
        title: format!("Recipient {title}"),
        kinds: vec!["ropa:Bank".to_owned()],
        ..Recipient::default()
    }
}

/// An activity that discloses to a recipient, which may be gone when it comes.
fn activity(number: u64, to: u64) -> ProcessingActivity {
    ProcessingActivity {
        name: format!("registers/shop/activities/a{number}"),
        disclosures: vec![Disclosure {
            recipients: vec![format!("r{to}")],
            ..Disclosure::default()
        }],
        ..small("shop", "").activities.remove(0)
    }
}

fn created(resource: resource::Resource) -> Mutation {
    Mutation {
        mutation: Some(mutation::Mutation::Create(Resource {
            resource: Some(resource),
        })),
    }
}

/// One change; the revision that it became, if it was made.
async fn change(app: &App, dice: &mut Dice, title: u64) -> Result<i64, Status> {
    let mut client = app.registers();
    let (number, to) = (dice.below(6), dice.below(6));
    let name = format!("registers/shop/recipients/r{number}");
    match dice.below(7) {
        0 => {
            let request = CreateRecipientRequest {
                parent: "registers/shop".to_owned(),
                recipient: Some(recipient(number, title)),
                ..CreateRecipientRequest::default()
            };
            client
                .create_recipient(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        1 | 2 => {
            let read = GetRecipientRequest {
                name,
                ..GetRecipientRequest::default()
            };
            let etag = client.get_recipient(read).await?.into_inner().etag;
            let request = UpdateRecipientRequest {
                recipient: Some(Recipient {
                    etag,
                    ..recipient(number, title)
                }),
                ..UpdateRecipientRequest::default()
            };
            client
                .update_recipient(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        3 => {
            let request = DeleteRecipientRequest {
                name,
                ..DeleteRecipientRequest::default()
            };
            client
                .delete_recipient(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        4 => {
            let request = CreateProcessingActivityRequest {
                parent: "registers/shop".to_owned(),
                activity: Some(activity(number, to)),
                ..CreateProcessingActivityRequest::default()
            };
            client
                .create_processing_activity(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        5 => {
            let request = DeleteProcessingActivityRequest {
                name: format!("registers/shop/activities/a{number}"),
                ..DeleteProcessingActivityRequest::default()
            };
            client
                .delete_processing_activity(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        _ if dice.below(2) == 0 => {
            let request = CommitRequest {
                parent: "registers/shop".to_owned(),
                mutations: vec![
                    created(resource::Resource::Recipient(recipient(number, title))),
                    created(resource::Resource::Activity(activity(number, number))),
                    Mutation {
                        mutation: Some(mutation::Mutation::Delete(ResourceDeletion {
                            name: format!("registers/shop/activities/a{}", (number + 1) % 6),
                            etag: String::new(),
                            force: false,
                        })),
                    },
                ],
                ..CommitRequest::default()
            };
            client
                .commit(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
        _ => {
            let request = ApplyRegisterRequest {
                document: Some(small("shop", &format!("Shop {title}"))),
                ..ApplyRegisterRequest::default()
            };
            client
                .apply_register(request)
                .await
                .map(|answer| answer.into_inner().revision)
        }
    }
}

async fn one_order_of_many(engine: Engine) {
    let app = std::sync::Arc::new(App::start(engine).await);
    app.apply(small("shop", "Shop")).await.unwrap();
    let each = times(50, 500);
    let clients = (0..CLIENTS).map(|client| {
        let app = std::sync::Arc::clone(&app);
        tokio::spawn(async move {
            let mut dice = Dice(client + 1);
            let (mut made, mut lost) = (Vec::new(), BTreeMap::<i32, u64>::new());
            for round in 0..each {
                match change(&app, &mut dice, client * 10_000 + round).await {
                    Ok(revision) => made.push(revision),
                    Err(status) => *lost.entry(status.code() as i32).or_default() += 1,
                }
            }
            (made, lost)
        })
    });
    let (mut made, mut lost) = (Vec::new(), BTreeMap::<i32, u64>::new());
    for client in clients.collect::<Vec<_>>() {
        let (own, others) = client.await.unwrap();
        made.extend(own);
        for (code, count) in others {
            *lost.entry(code).or_default() += count;
        }
    }
    // Whoever lost is told why, in a way that says what to do.
    let told: BTreeSet<i32> = [
        Code::Aborted,
        Code::AlreadyExists,
        Code::NotFound,
        Code::FailedPrecondition,
        Code::InvalidArgument,
    ]
    .into_iter()
    .map(|code| code as i32)
    .collect();
    assert!(lost.keys().all(|code| told.contains(code)), "{lost:?}");
    assert!(
        lost.contains_key(&(Code::Aborted as i32)),
        "somebody was behind: {lost:?}"
    );

    let mut history = HistoryServiceClient::new(app.channel.clone());
    let latest = pb::ListRevisionsRequest {
        page_size: 1,
        ..pb::ListRevisionsRequest::default()
    };
    let latest = history
        .list_revisions(latest)
        .await
        .unwrap()
        .into_inner()
        .revisions[0]
        .revision;
    // A change that changed nothing answers the revision that was there, so a number may come twice, but none is missing.
    let acknowledged: BTreeSet<i64> = made.iter().copied().chain([1]).collect();
    assert_eq!(
        acknowledged,
        (1..=latest).collect(),
        "every revision was acknowledged to somebody"
    );

    // What the history says is what is there.
    let mut replayed: BTreeMap<String, i64> = BTreeMap::new();
    for revision in 1..=latest {
        let told = history
            .get_revision(GetRevisionRequest { revision })
            .await
            .unwrap()
            .into_inner();
        assert_eq!(told.log_index, revision);
        for change in told.changes {
            match change.action() {
                Action::Deleted => {
                    replayed
                        .remove(&change.name)
                        .expect("only what is there is deleted");
                }
                Action::Created => {
                    assert!(
                        replayed.insert(change.name, revision).is_none(),
                        "only what is new is created"
                    );
                }
                _ => {
                    replayed
                        .insert(change.name, revision)
                        .expect("only what is there is changed");
                }
            }
        }
    }
    assert_eq!(there(&app).await, replayed);

    // No state on the way had a reference to what was not there: each makes a record.
    let mut reports = ReportServiceClient::new(app.channel.clone());
    let step = (latest / 100).max(1);
    for at_revision in (1..=latest).filter(|revision| revision % step == 0) {
        let request = LintRequest {
            register: "shop".to_owned(),
            at_revision,
        };
        reports.lint(request).await.unwrap();
    }
}

/// Every resource with the revision that made it what it is.
async fn there(app: &App) -> BTreeMap<String, i64> {
    let mut client = app.registers();
    let parent = || "registers/shop".to_owned();
    let mut found = BTreeMap::new();
    let request = pb::GetRegisterRequest {
        name: parent(),
        ..pb::GetRegisterRequest::default()
    };
    let register = client.get_register(request).await.unwrap().into_inner();
    found.insert(register.name, register.revision);
    let request = pb::ListRecipientsRequest {
        parent: parent(),
        page_size: 1000,
        ..pb::ListRecipientsRequest::default()
    };
    let list = client
        .list_recipients(request)
        .await
        .unwrap()
        .into_inner()
        .recipients;
    found.extend(list.into_iter().map(|one| (one.name, one.revision)));
    let request = pb::ListProcessingActivitiesRequest {
        parent: parent(),
        page_size: 1000,
        ..pb::ListProcessingActivitiesRequest::default()
    };
    let list = client
        .list_processing_activities(request)
        .await
        .unwrap()
        .into_inner()
        .activities;
    found.extend(list.into_iter().map(|one| (one.name, one.revision)));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_of_many_on_sqlite() {
    one_order_of_many(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_of_many_on_postgresql() {
    one_order_of_many(Engine::Postgres).await;
}
