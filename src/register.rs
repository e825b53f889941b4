//! The use cases of administration: every change is validated against what is stored, in the transaction that commits
//! it with its audit entry.

mod change;
mod denial;
mod erase;
mod history;
mod observed;
mod plan;
mod read;
mod wish;

use std::time::{Duration, Instant};

use crate::{
    document::{Violations, difference::FieldChange},
    domain::name::{ResourceName, Revision},
    replica::{Replica, State},
    store::{self, Committed, Store, Stored},
};

pub use change::{Applied, Apply, Mutate};
pub use erase::{Erase, Erased};
pub use history::{Changed, HistoryEntry, VersionEntry};
pub use observed::{Keep, Names};
pub use plan::Others;
pub use read::{AsOf, Listed, Listing, Recorded};
pub use store::{Denial, Erasing, Observations, Observed, Request, Revisions};
pub use wish::{Contents, Missing, Precondition, Presence, Wish};

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document does not fit what is in the register.
    #[error("the document has mistakes")]
    Mistakes(Violations),
    /// Something that would remain refers to what would be deleted or would no longer have it.
    #[error("what would remain refers to what would be gone")]
    StillReferenced(Violations),
    /// There is no such resource.
    #[error("there is no `{0}`")]
    NotFound(ResourceName),
    /// There are no such resources, of several that were asked for.
    #[error("some resources are not there")]
    SomeNotFound(Vec<ResourceName>),
    /// There is one already.
    #[error("there is a `{0}` already")]
    AlreadyExists(ResourceName),
    /// The register has resources in it.
    #[error("the register has resources in it")]
    NotEmpty(Vec<ResourceName>),
    /// What the caller has seen is no longer what is there.
    #[error("`{name}` has changed")]
    Changed {
        /// What has changed.
        name: ResourceName,
        /// Its etag now; none where it is gone.
        etag: Option<String>,
    },
    /// Something has changed after the revision that the caller named.
    #[error("`{name}` has changed in revision {revision}")]
    ChangedSince {
        /// What has changed: a resource, or a register as a whole.
        name: ResourceName,
        /// When it did last.
        revision: Revision,
    },
    /// What was asked to hold does not.
    #[error("a precondition does not hold")]
    Precondition(Violations),
    /// The id of the request was used for another one.
    #[error("the request id was used for another request")]
    RequestIdReused,
    /// There is no such revision yet, or was nothing then.
    #[error("there is no such revision")]
    RevisionNotFound,
    /// The caller's time was over before anything was changed.
    #[error("the caller's time is over")]
    TooLate,
    /// The store is not the one that is served.
    #[error("the store was restored or replaced")]
    StoreReplaced,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
    /// What is stored makes no record any more: it was written by another version, or changed behind our back.
    #[error("what is stored makes no record")]
    Unreadable(Violations),
    /// The task that did the work is gone.
    #[error("the work was lost")]
    Lost,
}

impl Error {
    /// Whether nothing was done, and may be done if it is tried again.
    pub const fn is_worth_repeating(&self) -> bool {
        matches!(
            self,
            Self::Store(store::Error::Unavailable { .. } | store::Error::Conflict { .. })
        )
    }
}

/// What goes with every change.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks: an opaque pseudonym.
    pub actor: String,
    /// The full name of the method that was called.
    pub method: String,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// Whether it is committed.
    pub commit: Commit,
    /// What the caller calls the request, so that the same one has no second effect.
    pub request: Option<Request>,
    /// When the caller gives up: nothing is begun after that.
    pub deadline: Option<Instant>,
    /// The call that it came with, for the log.
    pub origin: Option<Origin>,
}

/// A call, as logs call it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// What the caller calls it.
    pub request_id: String,
    /// The trace that it is part of.
    pub trace_id: String,
}

/// Whether a change is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is.
    Yes,
    /// Only told (AIP-163).
    ValidateOnly,
}

/// What happened to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceChange {
    /// It is new.
    Created,
    /// It changed.
    Updated(Vec<FieldChange>),
    /// It is gone.
    Deleted,
    /// What its versions said was erased.
    Erased,
}

/// How long an answer to a change waits for the change to be served.
const VISIBLE_WITHIN: Duration = Duration::from_secs(2);

/// The registers of a store.
#[derive(Clone, Debug)]
pub struct Registers {
    store: Store,
    replica: Replica,
}

impl Registers {
    /// The registers of the store; the replica is nudged after every change.
    pub const fn new(store: Store, replica: Replica) -> Self {
        Self { store, replica }
    }

    /// Waits for a change to be served: who has made it and asks this server next is answered from it.
    async fn served(&self, committed: Committed) {
        self.replica.nudge();
        self.replica.reaches(committed.revision, VISIBLE_WITHIN).await;
    }

    /// Whether the store is not the one that was served: nothing is read from it or written to it.
    pub fn is_replaced(&self) -> bool {
        self.replica.state() == State::Replaced
    }

    /// The revision as a token of this store; only its number where nothing is served yet.
    pub fn token(&self, revision: Revision) -> String {
        match self.replica.served().as_ref() {
            Some(served) => format!("{revision}@{}", served.incarnation()),
            None => revision.to_string(),
        }
    }
}

impl Asked {
    /// How the log calls the request and the trace.
    fn called(&self) -> (&str, &str) {
        let origin = self.origin.as_ref();
        origin.map_or(("", ""), |origin| {
            (origin.request_id.as_str(), origin.trace_id.as_str())
        })
    }

    /// How long the caller still waits.
    fn patience(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the caller still waits.
    fn in_time(&self) -> Result<(), Error> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Error::TooLate),
            _ => Ok(()),
        }
    }
}

/// Changes whenever what is stored under a name does: the start of its digest, quoted as RFC 9110 wants it.
pub fn etag(stored: &Stored) -> String {
    let digits = stored.digest.iter().take(12).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", digits.collect::<String>())
}
