//! Several changes in one: all of them or none, and whole registers.

use ropa::pb::{
    self, CommitRequest, CreateProcessingActivityRequest, CreateRegisterRequest, DeleteRegisterRequest,
    Disclosure, Mutation, Precondition, Resource, ResourceDeletion, ResourceUpdate, mutation,
    precondition::State, resource, resource_change::Action,
};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::{
    app::{App, Engine, small},
    mutations::{BANK, create, delete, reason, recipient, shop},
};

fn creates(resource: resource::Resource) -> Mutation {
    Mutation {
        mutation: Some(mutation::Mutation::Create(Resource {
            resource: Some(resource),
        })),
    }
}

fn deletes(name: &str) -> Mutation {
    Mutation {
        mutation: Some(mutation::Mutation::Delete(ResourceDeletion {
            name: name.to_owned(),
            etag: String::new(),
            force: false,
        })),
    }
}

/// An activity that discloses to the bank.
fn payments() -> pb::ProcessingActivity {
    pb::ProcessingActivity {
        name: "registers/shop/activities/payments".to_owned(),
        disclosures: vec![Disclosure {
            recipients: vec!["bank".to_owned()],
            ..Disclosure::default()
        }],
        ..small("shop", "").activities.remove(0)
    }
}

fn commit(mutations: Vec<Mutation>) -> CommitRequest {
    CommitRequest {
        parent: "registers/shop".to_owned(),
        mutations,
        ..CommitRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_changes_are_one() {
    let app = shop(Engine::Sqlite).await;
    let mut client = app.registers();
    // The activity comes before what it refers to.
    let both = commit(vec![
        creates(resource::Resource::Activity(payments())),
        creates(resource::Resource::Recipient(recipient(BANK, "Bank"))),
    ]);
    let only_told = CommitRequest {
        validate_only: true,
        ..both.clone()
    };
    assert_eq!(client.commit(only_told).await.unwrap().into_inner().revision, 1);
    let done = client.commit(both).await.unwrap().into_inner();
    assert_eq!(done.revision, 2);
    let told: Vec<(&str, Action)> = done
        .changes
        .iter()
        .map(|change| (change.name.as_str(), change.action()))
        .collect();
    let payments = "registers/shop/activities/payments";
    assert_eq!(told, [(payments, Action::Created), (BANK, Action::Created)]);

    // What is referred to is not deleted, and whoever refers to it is named.
    let refused = client.delete_recipient(delete(BANK, "")).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "STILL_REFERENCED")
    );
    let named = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!(named[0].field, format!("{payments}.disclosures[0].recipients[0]"));
    // Together they go.
    let gone = client
        .commit(commit(vec![deletes(BANK), deletes(payments)]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(gone.revision, 3);

    // All mistakes at once, and nothing happens.
    let wrong = commit(vec![
        creates(resource::Resource::Recipient(recipient(BANK, ""))),
        Mutation::default(),
        deletes("registers/other/recipients/bank"),
        deletes("bank"),
        creates(resource::Resource::Recipient(recipient(BANK, "Twice"))),
        Mutation {
            mutation: Some(mutation::Mutation::Update(ResourceUpdate::default())),
        },
    ]);
    let refused = client.commit(wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let named = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = named.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "mutations[0].create.recipient.title",
            "mutations[1]",
            "mutations[2]",
            "mutations[3].delete.name",
            "mutations[4]",
            "mutations[5].update",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_has_preconditions() {
    let app = shop(Engine::Sqlite).await;
    let mut client = app.registers();
    let bank = client
        .create_recipient(create("bank", "Bank"))
        .await
        .unwrap()
        .into_inner();
    let name = |name: &str| Precondition {
        name: name.to_owned(),
        ..Precondition::default()
    };
    let with = |precondition: Precondition| CommitRequest {
        preconditions: vec![precondition],
        ..commit(vec![creates(resource::Resource::Recipient(recipient(
            "registers/shop/recipients/insurer",
            "Insurer",
        )))])
    };
    let register = "registers/shop";
    for (precondition, code) in [
        (
            Precondition {
                state: State::Absent.into(),
                ..name(BANK)
            },
            Code::FailedPrecondition,
        ),
        (
            Precondition {
                state: State::Present.into(),
                ..name("registers/shop/recipients/none")
            },
            Code::FailedPrecondition,
        ),
        (
            Precondition {
                etag: "\"0\"".to_owned(),
                ..name(BANK)
            },
            Code::Aborted,
        ),
        (
            Precondition {
                unchanged_since: 1,
                ..name(BANK)
            },
            Code::Aborted,
        ),
        (
            Precondition {
                unchanged_since: 1,
                ..name(register)
            },
            Code::Aborted,
        ),
        (
            Precondition {
                unchanged_since: 99,
                ..name(register)
            },
            Code::InvalidArgument,
        ),
        (
            Precondition {
                unchanged_since: -1,
                ..name(register)
            },
            Code::InvalidArgument,
        ),
        (name("registers/other"), Code::InvalidArgument),
    ] {
        let refused = client.commit(with(precondition.clone())).await.unwrap_err();
        assert_eq!(refused.code(), code, "{precondition:?}: {}", refused.message());
    }
    let holds = Precondition {
        state: State::Present.into(),
        etag: bank.etag,
        unchanged_since: 2,
        ..name(BANK)
    };
    assert_eq!(client.commit(with(holds)).await.unwrap().into_inner().revision, 3);
    let late = pb::ApplyRegisterRequest {
        document: Some(small("shop", "Late")),
        unchanged_since: 2,
        ..pb::ApplyRegisterRequest::default()
    };
    let lost = client.apply_register(late).await.unwrap_err();
    assert_eq!(
        (lost.code(), reason(&lost).as_str()),
        (Code::Aborted, "CHANGED_SINCE")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_created_and_deleted() {
    let app = App::start(Engine::Sqlite).await;
    let mut client = app.registers();
    let request = CreateRegisterRequest {
        register_id: "shop".to_owned(),
        register: small("", "Shop").register.map(|register| pb::Register {
            name: String::new(),
            ..register
        }),
        ..CreateRegisterRequest::default()
    };
    assert_eq!(
        client.create_register(request).await.unwrap().into_inner().name,
        "registers/shop"
    );
    let activity = CreateProcessingActivityRequest {
        parent: "registers/shop".to_owned(),
        activity: small("shop", "").activities.pop(),
        ..CreateProcessingActivityRequest::default()
    };
    client.create_processing_activity(activity.clone()).await.unwrap();
    let elsewhere = CreateProcessingActivityRequest {
        parent: "registers/other".to_owned(),
        activity: small("other", "").activities.pop(),
        ..CreateProcessingActivityRequest::default()
    };
    let refused = client.create_processing_activity(elsewhere).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{}", refused.message());
    let request = DeleteRegisterRequest {
        name: "registers/shop".to_owned(),
        ..DeleteRegisterRequest::default()
    };
    let refused = client.delete_register(request.clone()).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "REGISTER_NOT_EMPTY")
    );
    let named = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!(named[0].field, "registers/shop/activities/orders");
    let force = DeleteRegisterRequest {
        force: true,
        ..request
    };
    let gone = client.delete_register(force).await.unwrap().into_inner();
    assert_eq!((gone.title.as_str(), gone.revision), ("Shop", 3));
    let question = pb::CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![pb::Operation::Erase.into()],
        ..pb::CheckRequest::default()
    };
    assert_eq!(
        app.decisions().check(question).await.unwrap_err().code(),
        Code::NotFound
    );
}
