//! The schema and its migrations.

use super::{Scratch, commit, name, put, read, sql};
use crate::store::{Error, Revisions};

pub async fn three_migrators_at_once_succeed(scratch: &Scratch) {
    let mut migrators = Vec::new();
    for _ in 0..3 {
        let store = scratch.open().await;
        migrators.push(tokio::spawn(async move { store.migrate().await.unwrap() }));
    }
    let mut ran = Vec::new();
    for migrator in migrators {
        ran.push(migrator.await.unwrap());
    }
    ran.sort_unstable();
    assert_eq!(ran, [0, 0, 2], "one does the work, the others find it done");
}

pub async fn migrating_twice_does_nothing(scratch: &Scratch) {
    let store = scratch.open().await;
    assert_eq!(
        (store.pending().await.unwrap(), store.migrate().await.unwrap()),
        (2, 2)
    );
    let head = store.head().await.unwrap();
    assert_eq!(
        (store.pending().await.unwrap(), store.migrate().await.unwrap()),
        (0, 0)
    );
    assert_eq!(store.head().await.unwrap(), head, "the incarnation stays");
    assert_eq!(
        head.incarnation
            .to_string()
            .parse::<uuid::Uuid>()
            .unwrap()
            .get_version_num(),
        4
    );
}

pub async fn a_newer_schema_is_accepted(scratch: &Scratch) {
    let store = scratch.store().await;
    sql(
        &store,
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_better', 0)",
    )
    .await
    .unwrap();
    assert_eq!(
        (store.pending().await.unwrap(), store.migrate().await.unwrap()),
        (0, 0)
    );
    commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
}

pub async fn a_store_without_a_schema_says_so(scratch: &Scratch) {
    let store = scratch.open().await;
    for error in [
        store.head().await.unwrap_err(),
        read(&store).await.unwrap_err(),
        store
            .digest_at(crate::domain::name::Revision::new(1))
            .await
            .unwrap_err(),
        store.document_get(&name("registers/koko")).await.unwrap_err(),
        store.revisions(&Revisions::default(), 1).await.unwrap_err(),
        store.write(None).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotMigrated), "{error:?}");
    }
    assert_eq!(store.pending().await.unwrap(), 2, "asking has changed nothing");
}

pub async fn what_was_stored_cannot_be_changed(scratch: &Scratch) {
    let store = scratch.store().await;
    commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
    let before = read(&store).await.unwrap().documents;
    let mut statements = vec![
        "UPDATE version SET document = '[]'",
        "UPDATE audit_entry SET revision = 2",
        "UPDATE content SET bytes = sha256",
        "DELETE FROM version",
        "DELETE FROM audit_entry",
        "DELETE FROM content",
    ];
    if scratch.is_postgres() {
        statements.extend([
            "TRUNCATE version CASCADE",
            "TRUNCATE audit_entry",
            "TRUNCATE content",
        ]);
    }
    for statement in statements {
        let error = sql(&store, statement).await.unwrap_err();
        assert!(
            error.to_string().contains("only ever inserted"),
            "{statement}: {error}"
        );
    }
    assert_eq!(read(&store).await.unwrap().documents, before);
}
