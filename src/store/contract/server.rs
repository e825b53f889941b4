//! What only a server can do to a store: PostgreSQL.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::time::sleep;

use super::{Scratch, change, commit, on_postgres, put, read, sql};
use crate::{
    domain::name::Revision,
    store::{Error, Options, Store},
};

#[tokio::test]
async fn a_broken_connection_changes_nothing() {
    on_postgres(async |scratch: &Scratch| {
        let store = scratch.store().await;
        let write = store.write(None).await.unwrap();
        let watcher = scratch.open().await;
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        watcher
            .db
            .query_one_raw(Statement::from_string(DbBackend::Postgres, kill))
            .await
            .unwrap();
        let error = write
            .commit(change(vec![put("registers/koko", "{}")]))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        // The pool finds out by itself which connections are dead.
        assert_eq!(read(&store).await.unwrap().head.revision, Revision::new(0));
        assert_eq!(
            commit(&store, vec![put("registers/koko", "{}")])
                .await
                .unwrap()
                .revision,
            Revision::new(1)
        );
    })
    .await;
}

#[tokio::test]
async fn a_change_that_pauses_does_not_hold_up_the_others() {
    on_postgres(async |scratch: &Scratch| {
        let store = scratch.store().await;
        let options = Options {
            idle_in_transaction_timeout: Duration::from_millis(200),
            ..Options::default()
        };
        let slow = Store::connect(&scratch.url, &options).await.unwrap();
        let paused = slow.write(None).await.unwrap();
        sleep(Duration::from_millis(500)).await;
        commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
        let error = paused
            .commit(change(vec![put("registers/koko", "[]")]))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert_eq!(store.head().await.unwrap().revision, Revision::new(1));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_only_reads_is_unavailable_for_changes() {
    on_postgres(async |scratch: &Scratch| {
        let store = scratch.store().await;
        // As after the primary has become a standby under an open pool.
        sql(&store, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$")
            .await
            .unwrap();
        let store = scratch.open().await;
        let error = store.write(None).await.map(drop).unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert_eq!(read(&store).await.unwrap().head.revision, Revision::new(0));
    })
    .await;
}
