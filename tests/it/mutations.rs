//! Single resources: created, changed, deleted; each once, and never behind the back of another.

use prost_types::FieldMask;
use ropa::pb::{
    self, CreateRecipientRequest, DeleteRecipientRequest, GetRecipientRequest, Recipient,
    UpdateRecipientRequest,
};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::app::{App, Engine, small};

pub const BANK: &str = "registers/shop/recipients/bank";

pub fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

pub fn recipient(name: &str, title: &str) -> Recipient {
    Recipient {
        name: name.to_owned(),
        title: title.to_owned(),
        kinds: vec!["ropa:Bank".to_owned()],
        ..Recipient::default()
    }
}

pub fn create(id: &str, title: &str) -> CreateRecipientRequest {
    CreateRecipientRequest {
        parent: "registers/shop".to_owned(),
        recipient_id: id.to_owned(),
        recipient: Some(recipient("", title)),
        ..CreateRecipientRequest::default()
    }
}

pub async fn get(app: &App, name: &str) -> Result<Recipient, Status> {
    let request = GetRecipientRequest {
        name: name.to_owned(),
        ..GetRecipientRequest::default()
    };
    app.registers()
        .get_recipient(request)
        .await
        .map(tonic::Response::into_inner)
}

fn update(recipient: Recipient, mask: &[&str]) -> UpdateRecipientRequest {
    UpdateRecipientRequest {
        recipient: Some(recipient),
        update_mask: (!mask.is_empty()).then(|| FieldMask {
            paths: mask.iter().map(|path| (*path).to_owned()).collect(),
        }),
        ..UpdateRecipientRequest::default()
    }
}

pub fn delete(name: &str, etag: &str) -> DeleteRecipientRequest {
    DeleteRecipientRequest {
        name: name.to_owned(),
        etag: etag.to_owned(),
        ..DeleteRecipientRequest::default()
    }
}

pub async fn shop(engine: Engine) -> App {
    let app = App::start(engine).await;
    app.apply(small("shop", "Shop")).await.unwrap();
    app
}

async fn a_resource_lives(engine: Engine) {
    let app = shop(engine).await;
    let mut client = app.registers();
    let only_told = CreateRecipientRequest {
        validate_only: true,
        ..create("bank", "Bank")
    };
    let told = client.create_recipient(only_told).await.unwrap().into_inner();
    assert_eq!(
        (told.name.as_str(), told.revision, told.etag.as_str()),
        (BANK, 0, "")
    );
    assert_eq!(get(&app, BANK).await.unwrap_err().code(), Code::NotFound);

    let created = client
        .create_recipient(create("bank", "Bank"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((created.name.as_str(), created.revision), (BANK, 2));
    assert_eq!(
        get(&app, BANK).await.unwrap(),
        created,
        "what is answered is what is there"
    );
    let again = client.create_recipient(create("bank", "Bank")).await.unwrap_err();
    assert_eq!(
        (again.code(), reason(&again).as_str()),
        (Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS")
    );

    let changed = Recipient {
        title: "House bank".to_owned(),
        etag: created.etag.clone(),
        ..recipient(BANK, "")
    };
    let changed = client
        .update_recipient(update(changed, &["title"]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((changed.title.as_str(), changed.revision), ("House bank", 3));
    assert_eq!(changed.kinds, ["ropa:Bank"], "what the mask does not name stays");
    assert_ne!(changed.etag, created.etag);

    let nothing = client
        .update_recipient(update(recipient(BANK, "House bank"), &["title"]))
        .await
        .unwrap();
    assert_eq!(
        nothing.into_inner(),
        changed,
        "what changes nothing uses no revision"
    );

    let late = Recipient {
        etag: created.etag.clone(),
        ..recipient(BANK, "Late")
    };
    let lost = client.update_recipient(update(late, &[])).await.unwrap_err();
    assert_eq!(
        (lost.code(), reason(&lost).as_str()),
        (Code::Aborted, "ETAG_MISMATCH")
    );
    assert_eq!(
        lost.get_details_error_info().unwrap().metadata["etag"],
        changed.etag
    );
    let lost = client
        .delete_recipient(delete(BANK, &created.etag))
        .await
        .unwrap_err();
    assert_eq!(lost.code(), Code::Aborted);

    let deleted = client
        .delete_recipient(delete(BANK, &changed.etag))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (deleted.title.as_str(), deleted.revision),
        ("House bank", 4),
        "as it was"
    );
    assert_eq!(get(&app, BANK).await.unwrap_err().code(), Code::NotFound);
    let gone = client.delete_recipient(delete(BANK, "")).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    let gone = client
        .update_recipient(update(recipient(BANK, "New"), &[]))
        .await
        .unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    let anew = UpdateRecipientRequest {
        allow_missing: true,
        ..update(recipient(BANK, "New"), &[])
    };
    assert_eq!(
        client.update_recipient(anew).await.unwrap().into_inner().revision,
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_lives_on_sqlite() {
    a_resource_lives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_lives_on_postgresql() {
    a_resource_lives(Engine::Postgres).await;
}

async fn the_same_request_has_one_effect(engine: Engine) {
    let app = shop(engine).await;
    let mut client = app.registers();
    let id = uuid::Uuid::now_v7().to_string();
    let request = CreateRecipientRequest {
        request_id: id.clone(),
        ..create("bank", "Bank")
    };
    let first = client
        .create_recipient(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = client
        .create_recipient(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    // Ten at once.
    let id = uuid::Uuid::now_v7().to_string();
    let racing = (0..10).map(|_| {
        let request = CreateRecipientRequest {
            request_id: id.clone(),
            ..create("insurer", "Insurer")
        };
        let mut client = app.registers();
        tokio::spawn(async move {
            client
                .create_recipient(request)
                .await
                .unwrap()
                .into_inner()
                .revision
        })
    });
    let mut revisions = Vec::new();
    for racing in racing.collect::<Vec<_>>() {
        revisions.push(racing.await.unwrap());
    }
    assert_eq!(revisions, [first.revision + 1; 10]);
    let other = CreateRecipientRequest {
        request_id: id,
        ..create("broker", "Broker")
    };
    let refused = client.create_recipient(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(
        refused.message().contains("was used for another request"),
        "{}",
        refused.message()
    );
    let no_id = CreateRecipientRequest {
        request_id: "7".to_owned(),
        ..create("broker", "Broker")
    };
    assert_eq!(
        client.create_recipient(no_id).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    // What changed nothing is remembered as well: sent again it does not undo what somebody else has done meanwhile.
    let same = UpdateRecipientRequest {
        request_id: uuid::Uuid::now_v7().to_string(),
        ..update(recipient(BANK, "Bank"), &[])
    };
    let nothing = client.update_recipient(same.clone()).await.unwrap().into_inner();
    let renamed = client
        .update_recipient(update(recipient(BANK, "House bank"), &[]))
        .await
        .unwrap()
        .into_inner();
    let again = client.update_recipient(same).await.unwrap().into_inner();
    assert_eq!(
        (again.title.as_str(), again.revision),
        ("Bank", nothing.revision),
        "as it was told first"
    );
    assert_eq!(get(&app, BANK).await.unwrap(), renamed);
    // A deletion, and a document.
    let request = DeleteRecipientRequest {
        request_id: uuid::Uuid::now_v7().to_string(),
        ..delete(BANK, "")
    };
    let first = client
        .delete_recipient(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        client.delete_recipient(request).await.unwrap().into_inner(),
        first
    );
    let request = pb::ApplyRegisterRequest {
        document: Some(small("shop", "Renamed")),
        request_id: uuid::Uuid::now_v7().to_string(),
        ..pb::ApplyRegisterRequest::default()
    };
    let first = client.apply_register(request.clone()).await.unwrap().into_inner();
    app.apply(small("shop", "Shop")).await.unwrap();
    assert_eq!(
        client.apply_register(request).await.unwrap().into_inner(),
        first,
        "and not applied again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_has_one_effect_on_sqlite() {
    the_same_request_has_one_effect(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_has_one_effect_on_postgresql() {
    the_same_request_has_one_effect(Engine::Postgres).await;
}
