//! Keeps the served snapshot up to date.
//!
//! A reconciler: nudged by a write of this process and by a timer, it takes no input, compares the store's head with
//! what is served and reads everything anew where they differ. The nudge is a hint, the timer is the truth.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::{ArcSwapOption, Guard};
use tokio::sync::{Notify, watch};

use crate::{
    decision::Snapshot,
    document::{self, Violations},
    domain::name::{RegisterId, Revision},
    store::{self, Store},
};

/// How often the store is asked for its head.
const INTERVAL: Duration = Duration::from_millis(500);

/// What is served: a snapshot, and when the store was last known to hold it.
#[derive(Debug)]
pub struct Served {
    /// The registers.
    pub snapshot: Snapshot,
    /// When the store was last seen to stand at this revision.
    pub confirmed: Instant,
}

/// Why the served snapshot could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[source] store::Error),
    /// What is stored makes no record: it was written by a newer version, or changed behind our back.
    #[error("register `{register}` makes no record: {}", first(.violations))]
    Record {
        /// Which.
        register: RegisterId,
        /// Why.
        violations: Violations,
    },
}

fn first(violations: &Violations) -> String {
    violations.first().map(ToString::to_string).unwrap_or_default()
}

/// The served snapshot. A clone is the same replica.
#[derive(Clone, Debug)]
pub struct Replica(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    served: ArcSwapOption<Served>,
    revision: watch::Sender<Revision>,
    nudge: Notify,
}

impl Replica {
    /// A replica of the store that serves nothing yet.
    pub fn new(store: Store) -> Self {
        let (revision, _) = watch::channel(Revision::default());
        Self(Arc::new(Inner {
            store,
            served: ArcSwapOption::empty(),
            revision,
            nudge: Notify::new(),
        }))
    }

    /// What is served now; `None` before the first read. One load per request.
    pub fn served(&self) -> Guard<Option<Arc<Served>>> {
        self.0.served.load()
    }

    /// Asks for a refresh soon.
    pub fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// Waits until the served revision is at least this one.
    pub async fn wait_for(&self, revision: Revision) {
        let mut watched = self.0.revision.subscribe();
        // The sender lives as long as this replica, so waiting ends only with the revision.
        let _ = watched.wait_for(|served| *served >= revision).await;
    }

    /// Brings what is served up to date.
    pub async fn refresh(&self) -> Result<Revision, Error> {
        let asked = Instant::now();
        let served = self.0.served.load_full();
        let head = self.0.store.head().await.map_err(Error::Store)?;
        if let Some(served) = served.filter(|served| served.snapshot.revision == head.revision) {
            let snapshot = served.snapshot.clone();
            self.0.served.store(Some(Arc::new(Served {
                snapshot,
                confirmed: asked,
            })));
            return Ok(head.revision);
        }
        let contents = self.0.store.read().await.map_err(Error::Store)?;
        let revision = contents.head.revision;
        let snapshot = tokio::task::spawn_blocking(move || build(contents))
            .await
            .map_err(|_| {
                Error::Store(store::Error::Corrupt {
                    what: "reading it failed".to_owned(),
                    source: None,
                })
            })??;
        self.publish(Served {
            snapshot,
            confirmed: asked,
        });
        Ok(revision)
    }

    /// Never backwards: an older snapshot than the served one is dropped.
    fn publish(&self, served: Served) {
        self.0.revision.send_if_modified(|revision| {
            let newer = served.snapshot.revision > *revision || self.0.served.load().is_none();
            if newer {
                *revision = served.snapshot.revision;
                self.0.served.store(Some(Arc::new(served)));
            }
            newer
        });
    }

    /// Refreshes for ever. Says once when it starts to fail, and once when it recovers.
    pub async fn run(self) {
        let mut failing = false;
        loop {
            match self.refresh().await {
                Ok(revision) if failing => {
                    failing = false;
                    tracing::info!(revision = revision.number(), "the register is up to date again");
                }
                Ok(_) => {}
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(error = %chain(&error), "the register cannot be refreshed; the last state is served");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.0.nudge.notified() => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }
}

fn build(contents: store::Contents) -> Result<Snapshot, Error> {
    let mut snapshot = Snapshot {
        revision: contents.head.revision,
        ..Snapshot::default()
    };
    let documents: Vec<document::Stored> = contents
        .documents
        .into_iter()
        .map(|stored| document::Stored {
            name: stored.name,
            revision: stored.revision,
            json: stored.json,
            path: None,
        })
        .collect();
    // Documents come in order of name, so those of a register stand together.
    for register in documents.chunk_by(|one, other| one.name.register_id() == other.name.register_id()) {
        let Some(id) = register.first().map(|stored| stored.name.register_id().clone()) else {
            continue;
        };
        let record = document::record(&id, register).map_err(|violations| Error::Record {
            register: id.clone(),
            violations,
        })?;
        snapshot.records.insert(id, Arc::new(record));
    }
    Ok(snapshot)
}

/// An error with everything that caused it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
