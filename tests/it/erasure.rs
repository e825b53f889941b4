//! What the entry of a contact person says can be erased from the history, and the history stays whole.

use std::fs;

use ropa::pb::{
    Contact, ContactPerson, EraseContactPersonRequest, ExportRequest, GetContactPersonRequest, LintRequest,
    RegisterDocument, export_request::Format, report_service_client::ReportServiceClient,
};
use sea_orm::{ConnectionTrait as _, Statement};
use tonic::Code;

use crate::app::{App, Engine, small};

const ENTRY: &str = "registers/shop/contactPersons/officer";

/// A register whose data protection officer is this person.
fn shop(full_name: &str) -> RegisterDocument {
    let mut document = small("shop", "Shop");
    let controller = document
        .register
        .as_mut()
        .and_then(|register| register.controller.as_mut());
    controller.unwrap().data_protection_officer = Some(Contact {
        function: "Data protection officer".to_owned(),
        person: "officer".to_owned(),
        ..Contact::default()
    });
    document.contact_persons = vec![ContactPerson {
        name: ENTRY.to_owned(),
        full_name: full_name.to_owned(),
        email: format!("{}@example.org", full_name.to_lowercase()),
        ..ContactPerson::default()
    }];
    document
}

async fn person(app: &App) -> ContactPerson {
    let request = GetContactPersonRequest {
        name: ENTRY.to_owned(),
        ..GetContactPersonRequest::default()
    };
    app.registers()
        .get_contact_person(request)
        .await
        .unwrap()
        .into_inner()
}

async fn erase(app: &App, request: EraseContactPersonRequest) -> (i64, i32) {
    let request = EraseContactPersonRequest {
        name: ENTRY.to_owned(),
        ..request
    };
    let erased = app
        .registers()
        .erase_contact_person(request)
        .await
        .unwrap()
        .into_inner();
    (erased.revision, erased.erased_versions)
}

/// The record as it was at a revision, as a page.
async fn page(app: &App, at_revision: i64) -> String {
    let request = ExportRequest {
        register: "shop".to_owned(),
        at_revision,
        format: Format::Html.into(),
        language: "en".to_owned(),
        ..ExportRequest::default()
    };
    let mut client = ReportServiceClient::new(app.channel.clone());
    let exported = client.export(request).await.unwrap().into_inner();
    String::from_utf8(exported.content).unwrap()
}

/// Whether a word stands anywhere in the database: in the files of SQLite, in a row of PostgreSQL.
async fn is_kept(app: &App, word: &str) -> bool {
    if let Some(file) = app.database_url().strip_prefix("sqlite:") {
        let holds = |file: String| {
            let bytes = fs::read(file).unwrap_or_default();
            bytes.windows(word.len()).any(|window| window == word.as_bytes())
        };
        return holds(file.to_owned()) || holds(format!("{file}-wal"));
    }
    let db = sea_orm::Database::connect(app.database_url()).await.unwrap();
    let mut kept = false;
    for column in [
        "document FROM version",
        "convert_from(leaf, 'UTF8') FROM audit_entry",
        "convert_from(bytes, 'UTF8') FROM content",
        "convert_from(value, 'UTF8') FROM commitment",
    ] {
        let select = format!("SELECT {column}");
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), select))
            .await
            .unwrap();
        kept |= rows.iter().any(|row| {
            let text: Option<String> = row.try_get_by_index(0).unwrap();
            text.is_some_and(|text| text.contains(word))
        });
    }
    kept
}

async fn is_gone_from_the_history(engine: Engine) {
    let app = App::start(engine).await;
    app.apply(shop("Zacharias")).await.unwrap();
    let second = app.apply(shop("Wilhelmina")).await.unwrap().revision;
    assert!(page(&app, 1).await.contains("Zacharias"));
    assert!(is_kept(&app, "Zacharias").await, "the test finds what is there");

    let former = EraseContactPersonRequest {
        keep_current: true,
        ..EraseContactPersonRequest::default()
    };
    let only_told = EraseContactPersonRequest {
        validate_only: true,
        ..former.clone()
    };
    assert_eq!(erase(&app, only_told).await, (second, 1));
    assert!(page(&app, 1).await.contains("Zacharias"), "it was only told");

    assert_eq!(erase(&app, former.clone()).await, (second + 1, 1));
    assert!(!is_kept(&app, "Zacharias").await && !is_kept(&app, "zacharias").await);
    assert!(page(&app, 1).await.contains("Data protection officer, erased"));
    assert!(page(&app, second).await.contains("Wilhelmina"));
    assert_eq!(person(&app).await.full_name, "Wilhelmina");
    assert_eq!(
        erase(&app, former).await,
        (second + 1, 0),
        "there is nothing left to erase"
    );

    let everything = EraseContactPersonRequest::default();
    assert_eq!(erase(&app, everything.clone()).await, (second + 2, 1));
    assert!(!is_kept(&app, "ilhelmina").await);
    let erased = person(&app).await;
    assert_eq!((erased.full_name.as_str(), erased.email.as_str()), ("", ""));
    assert!(erased.commitment.starts_with("sha256c:"), "{erased:?}");
    assert!(page(&app, 0).await.contains("Data protection officer, erased"));
    let lint = LintRequest {
        register: "shop".to_owned(),
        at_revision: 0,
    };
    let found = ReportServiceClient::new(app.channel.clone())
        .lint(lint)
        .await
        .unwrap();
    let found = found.into_inner().findings;
    let missing = ropa::pb::lint_finding::Code::DpoContactMissing;
    assert!(found.iter().any(|finding| finding.code() == missing));

    // What is erased and written out again says the same, and what is said anew is no longer erased.
    let mut empty = shop("");
    empty.contact_persons[0].email = String::new();
    assert!(app.apply(empty).await.unwrap().changes.is_empty());
    let named = ropa::pb::UpdateContactPersonRequest {
        contact_person: Some(ContactPerson {
            name: ENTRY.to_owned(),
            full_name: "Leopoldina".to_owned(),
            ..ContactPerson::default()
        }),
        ..Default::default()
    };
    let named = app
        .registers()
        .update_contact_person(named)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (named.full_name.as_str(), named.commitment.as_str()),
        ("Leopoldina", "")
    );
    assert_eq!(person(&app).await, named);
    let former = EraseContactPersonRequest {
        etag: "\"0\"".to_owned(),
        ..everything.clone()
    };
    let former = EraseContactPersonRequest {
        name: ENTRY.to_owned(),
        ..former
    };
    let lost = app.registers().erase_contact_person(former).await.unwrap_err();
    assert_eq!(
        lost.code(),
        Code::Aborted,
        "the entry is not the one that was seen"
    );
    let (_, erased) = erase(&app, everything.clone()).await;
    assert_eq!(erased, 1);

    // Somebody new, and a deleted entry, which can be erased as well.
    app.apply(shop("Theodora")).await.unwrap();
    assert_eq!(person(&app).await.full_name, "Theodora");
    let deleted = app.replace(small("shop", "Shop")).await.unwrap().revision;
    assert_eq!(erase(&app, everything).await, (deleted + 1, 1));
    assert!(!is_kept(&app, "heodora").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn is_gone_from_the_history_of_sqlite() {
    is_gone_from_the_history(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn is_gone_from_the_history_of_postgresql() {
    is_gone_from_the_history(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_names_a_person_who_is_there() {
    let app = App::start(Engine::Sqlite).await;
    let without = RegisterDocument {
        contact_persons: Vec::new(),
        ..shop("Nobody")
    };
    let refused = app.apply(without).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let place = "document.register.controller.data_protection_officer.person";
    assert!(refused.message().contains(place), "{}", refused.message());

    let never = EraseContactPersonRequest {
        name: ENTRY.to_owned(),
        ..EraseContactPersonRequest::default()
    };
    let refused = app.registers().erase_contact_person(never).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let other = EraseContactPersonRequest {
        name: "registers/shop/recipients/bank".to_owned(),
        ..EraseContactPersonRequest::default()
    };
    let refused = app.registers().erase_contact_person(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
