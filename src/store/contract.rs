//! What the store promises, on both engines: each case is written once and run on SQLite and on PostgreSQL.

use std::{env, time::Duration};

use sea_orm::{
    ConnectionTrait,
    sqlx::{self, Connection, PgConnection, postgres::PgConnectOptions},
};
use uuid::Uuid;

use super::{
    Change, ChangeKind, Committed, Contents, DatabaseUrl, Error, Mutation, Options, Store, url::Place,
};
use crate::domain::name::{ResourceName, Revision};

mod cancel;
mod reads;
mod schema;
mod server;
mod writes;

macro_rules! stamp {
    ($($file:ident :: $case:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::on_sqlite(super::$file::$case).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::on_postgres(super::$file::$case).await;
            })*
        }
    };
}

stamp! {
    cancel::a_cancelled_change_takes_no_other_with_it,
    cancel::a_transaction_left_open_is_undone,
    reads::a_damaged_head_is_reported,
    reads::a_head_set_back_is_reported,
    reads::a_document_without_its_digest_is_reported,
    reads::lists_follow_the_bytes_of_names,
    reads::reading_shows_one_revision,
    reads::rows_that_make_no_sense_are_reported,
    schema::a_newer_schema_is_accepted,
    schema::a_store_without_a_schema_says_so,
    schema::migrating_twice_does_nothing,
    schema::three_migrators_at_once_succeed,
    schema::what_was_stored_cannot_be_changed,
    writes::a_change_sees_its_register,
    writes::a_denial_is_an_entry_and_no_revision,
    writes::a_change_waits_only_so_long,
    writes::a_large_change_is_one_revision,
    writes::a_reason_can_be_erased,
    writes::deletion_is_a_version,
    writes::history_is_kept,
    writes::twenty_writers_get_one_dense_order,
    writes::unfinished_changes_use_no_revision,
}

/// An empty database of the case's own.
pub struct Scratch {
    pub url: DatabaseUrl,
}

impl Scratch {
    /// The store as another process would open it, and not migrated.
    pub async fn open(&self) -> Store {
        // The machine may be busy with other tests; only `a_change_waits_only_so_long` is about time.
        let options = Options {
            lock_timeout: Duration::from_secs(20),
            statement_timeout: Duration::from_secs(30),
            ..Options::default()
        };
        Store::connect(&self.url, &options).await.unwrap()
    }

    /// The store, migrated.
    pub async fn store(&self) -> Store {
        let store = self.open().await;
        store.migrate().await.unwrap();
        store
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.url.0, Place::Postgres(_))
    }
}

async fn on_sqlite(case: impl AsyncFnOnce(&Scratch)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("ropa.db").display());
    case(&Scratch {
        url: url.parse().unwrap(),
    })
    .await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests have no configuration but this"
)]
async fn on_postgres(case: impl AsyncFnOnce(&Scratch)) {
    let Ok(server) = env::var("ROPA_TEST_POSTGRES_URL") else {
        panic!("ROPA_TEST_POSTGRES_URL is not set: run `tests/run`, which starts a PostgreSQL for the tests");
    };
    let server: PgConnectOptions = server.parse().unwrap();
    let mut admin = PgConnection::connect_with(&server).await.unwrap();
    let name = format!("ropa_test_{}", Uuid::now_v7().simple());
    // Danish, in which `aa` comes after `z`, so that whatever relies on the database's own collation shows.
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'da'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(create))
        .execute(&mut admin)
        .await
        .unwrap();
    case(&Scratch {
        url: DatabaseUrl(Place::Postgres(Box::new(server.database(&name)))),
    })
    .await;
    // That of a failed case stays, to be looked at.
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
        .execute(&mut admin)
        .await
        .unwrap();
}

/// Everything current, register by register.
pub async fn read(store: &Store) -> Result<Contents, Error> {
    let changes = store.read_changes(Revision::default()).await?;
    Ok(Contents {
        head: changes.head,
        changed: None,
        documents: changes
            .registers
            .into_iter()
            .flat_map(|(_, documents)| documents)
            .collect(),
    })
}

pub fn name(text: &str) -> ResourceName {
    text.parse().unwrap()
}

pub fn put(resource: &str, json: &str) -> Mutation {
    Mutation::Put {
        name: name(resource),
        json: json.to_owned(),
        format: 1,
    }
}

pub fn delete(resource: &str) -> Mutation {
    Mutation::Delete { name: name(resource) }
}

/// A change of the register of the first mutation.
pub fn change(mutations: Vec<Mutation>) -> Change {
    let register = mutations.first().map_or_else(
        || "koko".parse().unwrap(),
        |first| first.name().register_id().clone(),
    );
    Change {
        actor: "usr_1".to_owned(),
        method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
        kind: ChangeKind::RegisterApplied,
        register,
        reason: None,
        request: None,
        time: "2026-11-24T10:00:00.123456789Z".parse().unwrap(),
        mutations,
    }
}

pub async fn commit(store: &Store, mutations: Vec<Mutation>) -> Result<Committed, Error> {
    store.write(None).await?.commit(change(mutations)).await
}

/// Runs SQL past the store.
pub async fn sql(store: &Store, sql: &str) -> Result<(), sea_orm::DbErr> {
    store.db.execute_unprepared(sql).await.map(|_| ())
}

/// Takes away what protects the tables, as somebody with the database's password could.
pub async fn unprotect(scratch: &Scratch, store: &Store) {
    let statements = if scratch.is_postgres() {
        "DROP FUNCTION refuse_change CASCADE"
    } else {
        "DROP TRIGGER version_no_update"
    };
    sql(store, statements).await.unwrap();
}

#[tokio::test]
async fn memory_is_one_store_for_all_clones() {
    let store = Store::connect(&"sqlite::memory:".parse().unwrap(), &Options::default())
        .await
        .unwrap();
    assert_eq!(store.migrate().await.unwrap(), 2);
    let writers = (0..5).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            commit(&store, vec![put("registers/koko", &n.to_string())])
                .await
                .unwrap()
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    drop(store.write(None).await.unwrap());
    assert_eq!(read(&store).await.unwrap().head.revision.number(), 5);
    let other = Store::connect(&"sqlite::memory:".parse().unwrap(), &Options::default())
        .await
        .unwrap();
    assert_eq!(other.pending().await.unwrap(), 2);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable() {
    let options = Options {
        acquire_timeout: Duration::from_millis(300),
        ..Options::default()
    };
    for url in [
        "sqlite:/nowhere/ropa.db",
        "postgres://ropa:hunter2@127.0.0.1:1/ropa",
    ] {
        let error = Store::connect(&url.parse().unwrap(), &options).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert_eq!(error.to_string(), "the database is not available for connecting");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
