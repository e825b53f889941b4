//! Callers that go away in the middle: nobody else's change may go with them.

use std::{
    future::{Future, poll_fn},
    task::Poll,
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use tokio::time::{sleep, timeout};

use super::{Scratch, commit, name, put, read};
use crate::{
    domain::name::Revision,
    store::{
        Options, Store,
        engine::is_postgres,
        entity::{audit_entry, version},
    },
};

/// Deterministic: the driver's bug without its race.
pub async fn a_transaction_left_open_is_undone(scratch: &Scratch) {
    scratch.store().await;
    let options = Options {
        max_connections: 1,
        ..Options::default()
    };
    let store = Store::connect(&scratch.url, &options).await.unwrap();
    // What a dropped `BEGIN` leaves behind: a transaction of which the driver knows nothing.
    store.db.execute_unprepared("BEGIN").await.unwrap();
    nothing_is_open(&scratch.open().await).await;
    store.db.execute_unprepared("BEGIN").await.unwrap();
    commit(&store, vec![put("registers/koko", "{}")]).await.unwrap();
    // One that has failed, too.
    store.db.execute_unprepared("BEGIN").await.unwrap();
    store.db.execute_unprepared("SELECT nonsense").await.unwrap_err();
    commit(&store, vec![put("registers/koko", "[]")]).await.unwrap();
    store.close().await.unwrap();
    let now = scratch
        .open()
        .await
        .document_get(&name("registers/koko"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((now.revision, now.json.as_str()), (Revision::new(2), "[]"));
}

/// Cancels a change at each point where it waits, then, with the timer, anywhere; and after each of them has another
/// change acknowledged, which must be there in the end.
pub async fn a_cancelled_change_takes_no_other_with_it(scratch: &Scratch) {
    scratch.store().await;
    // Few connections, so that a spoilt one is soon in use again.
    let options = Options {
        max_connections: 2,
        lock_timeout: Duration::from_secs(10),
        ..Options::default()
    };
    let store = Store::connect(&scratch.url, &options).await.unwrap();
    let watcher = scratch.open().await;
    let mut acknowledged = Vec::new();
    for round in 0..200_u64 {
        let doomed = commit(&store, vec![put("registers/doomed", "{}")]);
        if round < 120 {
            drop_after(round / 3, doomed).await;
        } else {
            let _ = timeout(Duration::from_millis(round % 8), doomed).await;
        }
        // Before the next change: on PostgreSQL its `BEGIN` would do no harm in an open transaction, and its `COMMIT`
        // would end it. A statement without them would be lost.
        nothing_is_open(&watcher).await;
        let kept = format!("registers/kept-{round}");
        let committed = commit(&store, vec![put(&kept, "{}")]).await.unwrap();
        acknowledged.push((kept, committed.revision));
        drop_after(round / 10, read(&store)).await;
        nothing_is_open(&watcher).await;
    }
    store.close().await.unwrap();

    let store = scratch.open().await;
    for (kept, revision) in acknowledged {
        let stored = store.document_get(&name(&kept)).await.unwrap();
        assert_eq!(
            stored.map(|stored| stored.revision),
            Some(revision),
            "{kept} was acknowledged"
        );
    }
    let mut revisions: Vec<_> = version::Entity::find().all(&store.db).await.unwrap();
    revisions.sort_by_key(|version| version.revision);
    let revisions: Vec<_> = revisions.into_iter().map(|version| version.revision).collect();
    let head = store.head().await.unwrap().revision.number();
    assert_eq!(
        revisions,
        (1..=i64::try_from(head).unwrap()).collect::<Vec<_>>(),
        "one each, no gaps"
    );
    assert_eq!(
        audit_entry::Entity::find().all(&store.db).await.unwrap().len(),
        revisions.len()
    );
}

/// Awaits the future, but drops it when it has had to wait so many times.
async fn drop_after<F: Future>(waits: u64, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = waits;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// No connection of another store is in a transaction and idle.
async fn nothing_is_open(watcher: &Store) {
    if !is_postgres(&watcher.db) {
        // SQLite shows nobody's transactions, but it lets only one write.
        drop(watcher.write(None).await.unwrap());
        return;
    }
    let question = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    // Connections come back by way of a task.
    for _ in 0..100 {
        let question = Statement::from_string(DbBackend::Postgres, question);
        let row = watcher.db.query_one_raw(question).await.unwrap();
        if row.unwrap().try_get_by_index::<i64>(0).unwrap() == 0 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection is idle in a transaction");
}
