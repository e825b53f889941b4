//! The use cases of administration: every change is validated against what is stored, in the transaction that commits
//! it with its audit entry.

mod erase;
mod plan;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    clock,
    document::{self, Draft, Violations, difference::FieldChange},
    domain::{
        name::{RegisterId, ResourceKind, ResourceName, Revision},
        register::Record,
    },
    replica::{Replica, State},
    store::{self, Change, ChangeKind, Committed, Store, Stored},
};

use plan::Plan;

pub use erase::{Erase, Erased};
pub use store::Erasing;

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

/// How a draft is applied.
#[derive(Clone, Debug)]
pub struct Apply {
    /// What the register shall be.
    pub draft: Draft,
    /// What becomes of resources that the draft does not name.
    pub others: Others,
    /// Whether it is committed.
    pub commit: Commit,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// Who asks: an opaque pseudonym.
    pub actor: String,
}

/// What becomes of resources that a draft does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are deleted.
    Prune,
}

/// Whether a change is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is.
    Yes,
    /// Only told (AIP-163).
    ValidateOnly,
}

/// What an apply did, or would do.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The revision of the change, or the current one where nothing changed.
    pub revision: Revision,
    /// What changed, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
}

/// What happened to a resource.
#[derive(Clone, Debug)]
pub enum ResourceChange {
    /// It is new.
    Created,
    /// It changed.
    Updated(Vec<FieldChange>),
    /// It is gone.
    Deleted,
}

/// A record as it was at a revision.
#[derive(Debug)]
pub struct Recorded {
    /// The revision.
    pub revision: Revision,
    /// When it was committed.
    pub time: Timestamp,
    /// The record.
    pub record: Record,
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

    /// Makes a register be as a draft says, in one change.
    ///
    /// Runs in a task of its own, so that a caller who gives up cannot interrupt it: a future dropped while a
    /// transaction begins would leave the transaction open on a pooled connection.
    pub async fn apply(&self, apply: Apply) -> Result<Applied, Error> {
        let this = self.clone();
        tokio::spawn(async move { this.apply_in_task(apply).await })
            .await
            .map_err(|_| Error::Lost)?
    }

    async fn apply_in_task(&self, apply: Apply) -> Result<Applied, Error> {
        let Apply {
            draft,
            others,
            commit,
            reason,
            actor,
        } = apply;
        if self.replica.state() == State::Replaced {
            return Err(Error::StoreReplaced);
        }
        let draft = Arc::new(draft);
        // Planned without the lock that orders all changes: what has mistakes or changes nothing never holds up others.
        let read = self.store.read_register(&draft.register).await?;
        let planned_at = read.head.revision;
        let mut plan = Plan::new(Arc::clone(&draft), read.documents, others).await?;
        if plan.changes.is_empty() || commit == Commit::ValidateOnly {
            return Ok(Applied {
                revision: planned_at,
                changes: plan.changes,
            });
        }
        let mut write = self.store.write().await?;
        // Under the lock, so that times are in the order of revisions.
        let time = clock::now();
        if write.before() != planned_at {
            let current = write.documents(&draft.register).await?;
            plan = Plan::new(Arc::clone(&draft), current, others).await?;
        }
        if plan.changes.is_empty() {
            // Dropping the write undoes it and uses no revision.
            return Ok(Applied {
                revision: write.before(),
                changes: plan.changes,
            });
        }
        let change = Change {
            actor,
            method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
            kind: ChangeKind::RegisterApplied,
            register: draft.register.clone(),
            reason,
            time,
            mutations: plan.mutations,
        };
        let committed = write.commit(change).await?;
        self.served(committed).await;
        tracing::info!(
            register = %draft.register,
            revision = committed.revision.number(),
            changes = plan.changes.len(),
            "register `{}` applied",
            draft.register
        );
        Ok(Applied {
            revision: committed.revision,
            changes: plan.changes,
        })
    }

    /// Waits for a change to be served: who has made it and asks this server next is answered from it.
    async fn served(&self, committed: Committed) {
        self.replica.nudge();
        self.replica.reaches(committed.revision, VISIBLE_WITHIN).await;
    }

    /// Reads one resource.
    pub async fn get(&self, name: ResourceName) -> Result<Stored, Error> {
        let found = self.store.document_get(&name).await?;
        found.ok_or(Error::NotFound(name))
    }

    /// The record of a register, now or as it was at a revision.
    pub async fn record(&self, register: RegisterId, at: Option<Revision>) -> Result<Recorded, Error> {
        let revision = match at {
            Some(revision) => revision,
            None => self.store.head().await?.revision,
        };
        let past = self.store.read_register_at(&register, revision).await?;
        let not_found = || Error::NotFound(ResourceName::register(register.clone()));
        let store::Past { time, documents } = past
            .filter(|past| !past.documents.is_empty())
            .ok_or_else(not_found)?;
        let id = register.clone();
        let built = tokio::task::spawn_blocking(move || {
            let documents: Vec<document::Stored> = documents
                .into_iter()
                .map(|stored| document::Stored {
                    name: stored.name,
                    revision: stored.revision,
                    json: stored.json,
                    path: None,
                })
                .collect();
            document::record(&id, &documents)
        });
        let record = built.await.map_err(|_| Error::Lost)?.map_err(Error::Unreadable)?;
        Ok(Recorded {
            revision,
            time,
            record,
        })
    }

    /// Lists resources of a kind, of one register or of all, in order of name. A register that is not there has none
    /// and is an error.
    pub async fn list(
        &self,
        kind: ResourceKind,
        register: Option<RegisterId>,
        after: Option<ResourceName>,
        limit: u64,
    ) -> Result<Vec<Stored>, Error> {
        if let Some(register) = &register {
            self.get(ResourceName::register(register.clone())).await?;
        }
        Ok(self
            .store
            .document_list(kind, register.as_ref(), after.as_ref(), limit)
            .await?)
    }
}
