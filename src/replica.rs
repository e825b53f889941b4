//! Keeps the served snapshot up to date.
//!
//! A reconciler: nudged by a write of this process and by a timer, it takes no input, compares the store's head with
//! what is served and reads everything anew where they differ. The nudge is a hint, the timer is the truth.

mod archive;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::{ArcSwapOption, Guard};
use tokio::sync::{Mutex, Notify, watch};

use crate::{
    decision::Snapshot,
    document::{self, Violations},
    domain::{
        name::{RegisterId, Revision},
        register::Record,
    },
    store::{self, Head, Store},
};

pub use archive::{Archive, Unavailable};

/// How often the store is asked for its head.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long to wait before listening again, where hints cannot be heard.
const DEAF: Duration = Duration::from_secs(1);

/// What is served: a snapshot, and when the store was last known to hold it.
#[derive(Debug)]
pub struct Served {
    /// The registers.
    pub snapshot: Snapshot,
    /// When the store was last seen to stand at this revision.
    pub confirmed: Instant,
    /// Where the store stood: another digest at the same revision is another store.
    head: Head,
}

impl Served {
    /// Which store it is of.
    pub const fn incarnation(&self) -> store::Incarnation {
        self.head.incarnation
    }
}

/// Why the served snapshot could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[source] store::Error),
    /// The store is behind what was served, or another: it was restored or replaced.
    #[error("the store is not the one that was served: it was restored or replaced; start anew to serve it")]
    Replaced,
    /// Reading it was given up.
    #[error("reading the store was given up")]
    Lost,
    /// What is stored makes no record: it was written by a newer version, or changed behind our back.
    #[error("register `{register}` makes no record: mistakes at {}", places(.violations))]
    Record {
        /// Which.
        register: RegisterId,
        /// Why.
        violations: Violations,
    },
}

/// Where mistakes are; what they say may quote the document, which does not belong in a log.
fn places(violations: &Violations) -> String {
    let places: Vec<&str> = violations
        .iter()
        .take(5)
        .map(|violation| violation.path.as_str())
        .collect();
    places.join(", ")
}

/// Whether there is something to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing has been read yet.
    Starting,
    /// A snapshot is served.
    Serving,
    /// A snapshot is served, although the store cannot be reached.
    Alone,
    /// The store has not been seen for longer than is allowed: what is served is too old to be answered from.
    Stale,
    /// The store is not the one that was served: nothing is answered from it, until the server is started anew.
    Replaced,
}

/// The served snapshot. A clone is the same replica.
#[derive(Clone, Debug)]
pub struct Replica(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    served: ArcSwapOption<Served>,
    state: watch::Sender<State>,
    nudge: Notify,
    /// The revision that is served, for those who wait for one.
    reached: watch::Sender<Revision>,
    /// One refresh at a time.
    turn: Mutex<()>,
    /// How long what is served may be answered from without the store having been seen.
    max_staleness: Duration,
    /// The revision at which the store was last seen.
    seen: AtomicU64,
    /// How long reading and making the served snapshot took, in microseconds.
    built_in: AtomicU64,
}

impl Replica {
    /// A replica of the store that serves nothing yet. What it serves is answered from for `max_staleness` after the store
    /// was last seen.
    pub fn new(store: Store, max_staleness: Duration) -> Self {
        Self(Arc::new(Inner {
            store,
            served: ArcSwapOption::empty(),
            state: watch::Sender::new(State::Starting),
            nudge: Notify::new(),
            reached: watch::Sender::default(),
            turn: Mutex::default(),
            max_staleness,
            seen: AtomicU64::default(),
            built_in: AtomicU64::default(),
        }))
    }

    /// The revision at which the store was last seen.
    pub fn seen(&self) -> Revision {
        Revision::new(self.0.seen.load(Ordering::Relaxed))
    }

    /// How long reading and making what is served took.
    pub fn built_in(&self) -> Duration {
        Duration::from_micros(self.0.built_in.load(Ordering::Relaxed))
    }

    /// Whether there is something to serve.
    pub fn state(&self) -> State {
        *self.0.state.borrow()
    }

    /// Tells when that changes.
    pub fn states(&self) -> watch::Receiver<State> {
        self.0.state.subscribe()
    }

    /// What is served now; `None` before the first read. One load per request.
    pub fn served(&self) -> Guard<Option<Arc<Served>>> {
        self.0.served.load()
    }

    /// Whether what is served may still be answered from.
    pub fn is_fresh(&self, served: &Served) -> bool {
        served.confirmed.elapsed() <= self.0.max_staleness
    }

    /// Asks for a refresh soon.
    pub fn nudge(&self) {
        self.0.nudge.notify_one();
    }

    /// Waits until this revision is served, but no longer than that, and not where nothing is served. Answers whether it
    /// is.
    pub async fn reaches(&self, revision: Revision, within: Duration) -> bool {
        // Before the first read nobody refreshes, and of a replaced store nothing comes any more.
        if matches!(self.state(), State::Starting | State::Replaced) {
            return false;
        }
        let mut reached = self.0.reached.subscribe();
        let waited = reached.wait_for(|served| *served >= revision);
        matches!(tokio::time::timeout(within, waited).await, Ok(Ok(_)))
    }

    /// Brings what is served up to date.
    pub async fn refresh(&self) -> Result<Revision, Error> {
        let _turn = self.0.turn.lock().await;
        if self.state() == State::Replaced {
            return Err(Error::Replaced);
        }
        let confirmed = Instant::now();
        let head = self.0.store.head().await.map_err(Error::Store)?;
        self.0.seen.store(head.revision.number(), Ordering::Relaxed);
        // Nobody else publishes: one refresh at a time.
        let served = self.0.served.load_full();
        if let Some(served) = &served {
            self.recognise(&served.head, &head).await?;
            if head.revision == served.head.revision {
                let snapshot = served.snapshot.clone();
                self.publish(Served {
                    snapshot,
                    confirmed,
                    head,
                });
                return Ok(served.head.revision);
            }
        }
        let before = served
            .as_ref()
            .map(|served| served.snapshot.clone())
            .unwrap_or_default();
        let changes = self
            .0
            .store
            .read_changes(before.revision)
            .await
            .map_err(Error::Store)?;
        // The store may have been replaced since it was recognised: what is read has to be of the same one.
        if let Some(served) = &served
            && (changes.before != served.head.digest || changes.head.incarnation != served.head.incarnation)
        {
            return Err(self.replaced());
        }
        let head = changes.head;
        let revision = head.revision;
        let built = tokio::task::spawn_blocking(move || renew(before, changes)).await;
        let snapshot = built.map_err(|_| Error::Lost)??;
        let took = u64::try_from(confirmed.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.0.built_in.store(took, Ordering::Relaxed);
        self.publish(Served {
            snapshot,
            confirmed,
            head,
        });
        Ok(revision)
    }

    /// Whether the store still is the one that was served. A restored one is behind, or has gone another way since.
    async fn recognise(&self, served: &Head, head: &Head) -> Result<(), Error> {
        let same = head.incarnation == served.incarnation && head.revision >= served.revision;
        let digest = if !same {
            None
        } else if head.revision == served.revision {
            head.digest
        } else {
            let stored = self.0.store.digest_at(served.revision).await;
            stored.map_err(Error::Store)?
        };
        if same && digest == served.digest {
            return Ok(());
        }
        Err(self.replaced())
    }

    /// Nothing is served any more.
    fn replaced(&self) -> Error {
        self.0.served.store(None);
        self.0.state.send_replace(State::Replaced);
        Error::Replaced
    }

    fn publish(&self, served: Served) {
        let revision = served.head.revision;
        self.0.served.store(Some(Arc::new(served)));
        self.0
            .state
            .send_if_modified(|state| std::mem::replace(state, State::Serving) != State::Serving);
        self.0.reached.send_replace(revision);
    }

    /// Says so while the store cannot be reached, and once what is served is too old.
    fn age(&self, failing: bool) {
        if failing {
            let left = |state: &mut State| {
                let was_serving = *state == State::Serving;
                if was_serving {
                    *state = State::Alone;
                }
                was_serving
            };
            self.0.state.send_if_modified(left);
        }
        let stale = self
            .0
            .served
            .load()
            .as_ref()
            .is_some_and(|served| !self.is_fresh(served));
        if stale {
            let became = |state: &mut State| std::mem::replace(state, State::Stale) != State::Stale;
            if self.0.state.send_if_modified(became) {
                tracing::error!("the database has not been seen for too long: checks are refused");
            }
        }
    }

    /// Asks for a refresh whenever another server tells of a commit. Where it cannot be heard, the timer is enough.
    pub async fn listen(self) {
        loop {
            match self.0.store.hints().await {
                Ok(mut hints) => {
                    // Something may have been told before anybody listened.
                    self.nudge();
                    while hints.next().await.is_ok() {
                        self.nudge();
                    }
                }
                Err(error) => tracing::debug!(error = %chain(&error), "other servers cannot be heard"),
            }
            tokio::time::sleep(DEAF).await;
        }
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
                Err(error @ Error::Replaced) => {
                    tracing::error!(error = %chain(&error), "nothing is answered any more");
                    std::future::pending::<()>().await;
                }
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(error = %chain(&error), "the register cannot be refreshed; the last state is served");
                }
                Err(_) => {}
            }
            self.age(failing);
            tokio::select! {
                () = self.0.nudge.notified() => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }
}

/// The snapshot with what has changed; records that have not are the same.
fn renew(mut snapshot: Snapshot, changes: store::Changes) -> Result<Snapshot, Error> {
    snapshot.revision = changes.head.revision;
    for (id, documents) in changes.registers {
        if documents.is_empty() {
            snapshot.records.remove(&id);
        } else {
            let record = record(&id, documents)?;
            snapshot.records.insert(id, record);
        }
    }
    Ok(snapshot)
}

/// Documents as they are stored, to make a record of.
pub fn documents(stored: impl IntoIterator<Item = store::Stored>) -> Vec<document::Stored> {
    let one = |stored: store::Stored| document::Stored {
        name: stored.name,
        revision: stored.revision,
        json: stored.json,
        path: None,
    };
    stored.into_iter().map(one).collect()
}

/// The record that decisions are made from: without names of persons, which no decision needs.
fn record(id: &RegisterId, documents: Vec<store::Stored>) -> Result<Arc<Record>, Error> {
    let mut record =
        document::record(id, &self::documents(documents)).map_err(|violations| Error::Record {
            register: id.clone(),
            violations,
        })?;
    record.contact_persons.clear();
    Ok(Arc::new(record))
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
