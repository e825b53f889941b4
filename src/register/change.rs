//! How a change is made: planned without the lock that orders all changes, and again under it where another came between.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Asked, Commit, Error, Precondition, Registers, ResourceChange, Wish,
    plan::{Others, Plan, There, Wanted, Wants},
};
use crate::{
    clock,
    document::{Draft, Violation},
    domain::name::{RegisterId, ResourceName, Revision},
    replica::State,
    store::{self, Change, ChangeKind, Done, Write},
};

/// How a draft is applied.
#[derive(Clone, Debug)]
pub struct Apply {
    /// What the register shall be.
    pub draft: Draft,
    /// What becomes of resources that the draft does not name.
    pub others: Others,
    /// Nothing in the register may have changed after this revision.
    pub unchanged_since: Option<Revision>,
}

/// Changes of single resources of a register, all of them or none.
#[derive(Clone, Debug)]
pub struct Mutate {
    /// The register.
    pub register: RegisterId,
    /// The changes, at most one of each resource.
    pub wishes: Vec<Wish>,
    /// What has to hold for them.
    pub preconditions: Vec<Precondition>,
    /// What the audit log calls it.
    pub kind: ChangeKind,
}

/// What a change did, or would do.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The revision of the change, or the current one where nothing changed.
    pub revision: Revision,
    /// What changed, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
    /// The documents that were wanted, as they are or would be; not of a request that was carried out before.
    pub documents: BTreeMap<ResourceName, String>,
}

impl Registers {
    /// Makes a register be as a draft says, in one change.
    pub async fn apply(&self, asked: Asked, apply: Apply) -> Result<Applied, Error> {
        let Apply {
            draft,
            others,
            unchanged_since,
        } = apply;
        let unchanged = unchanged_since.map(|since| Precondition {
            name: ResourceName::register(draft.register.clone()),
            presence: super::Presence::Any,
            etag: None,
            unchanged_since: Some(since),
            path: "unchanged_since".to_owned(),
        });
        let wants = Wants {
            wanted: Wanted::Document { draft, others },
            preconditions: unchanged.into_iter().collect(),
        };
        self.change(asked, ChangeKind::RegisterApplied, wants).await
    }

    /// Changes single resources.
    pub async fn mutate(&self, asked: Asked, mutate: Mutate) -> Result<Applied, Error> {
        let Mutate {
            register,
            wishes,
            preconditions,
            kind,
        } = mutate;
        let wants = Wants {
            wanted: Wanted::Wishes { register, wishes },
            preconditions,
        };
        self.change(asked, kind, wants).await
    }

    /// Runs in a task of its own, so that a caller who gives up cannot interrupt it: a future dropped while a transaction
    /// begins would leave the transaction open on a pooled connection.
    async fn change(&self, asked: Asked, kind: ChangeKind, wants: Wants) -> Result<Applied, Error> {
        let this = self.clone();
        tokio::spawn(async move { this.change_in_task(asked, kind, wants).await })
            .await
            .map_err(|_| Error::Lost)?
    }

    async fn change_in_task(&self, asked: Asked, kind: ChangeKind, wants: Wants) -> Result<Applied, Error> {
        if self.replica.state() == State::Replaced {
            return Err(Error::StoreReplaced);
        }
        if let Some(done) = self.done(&asked).await? {
            return self.again(done).await;
        }
        let register = wants.register().clone();
        let wants = Arc::new(wants);
        // Without the lock: what has mistakes or changes nothing never holds up others.
        let read = self.store.read_register(&register).await?;
        let planned_at = read.head.revision;
        let there = There {
            documents: read.documents,
            changed: read.changed,
        };
        if let Some(precondition) = wants
            .preconditions
            .iter()
            .find(|one| one.unchanged_since > Some(planned_at))
        {
            return Err(Error::Mistakes(vec![Violation {
                path: precondition.path.clone(),
                message: format!("names a revision that is not there yet: the latest is {planned_at}"),
            }]));
        }
        let mut plan = match Plan::new(Arc::clone(&wants), there).await {
            Ok(plan) => plan,
            // What is in the way may be what the same request has done meanwhile.
            Err(error) => match self.done(&asked).await? {
                Some(done) => return self.again(done).await,
                None => return Err(error),
            },
        };
        if asked.commit == Commit::ValidateOnly {
            return Ok(applied(planned_at, plan));
        }
        if plan.changes.is_empty() {
            return self.unchanged(&asked, planned_at, plan).await;
        }
        asked.in_time()?;
        let mut write = self.store.write(asked.patience()).await?;
        if let Some(done) = done_under_lock(&mut write, &asked).await? {
            drop(write);
            return self.again(done).await;
        }
        if write.before() != planned_at {
            let there = There {
                documents: write.documents(&register).await?,
                changed: write.changed(&register).await?,
            };
            plan = Plan::new(Arc::clone(&wants), there).await?;
        }
        if plan.changes.is_empty() {
            // Dropping the write undoes it and uses no revision.
            let revision = write.before();
            drop(write);
            return self.unchanged(&asked, revision, plan).await;
        }
        asked.in_time()?;
        let change = Change {
            actor: asked.actor.clone(),
            method: asked.method.clone(),
            kind,
            register: register.clone(),
            reason: asked.reason.clone(),
            request: asked.request.clone(),
            // Under the lock, so that times are in the order of revisions.
            time: clock::now(),
            mutations: std::mem::take(&mut plan.mutations),
        };
        let committed = write.commit(change).await?;
        self.served(committed).await;
        let (request_id, trace_id) = asked.called();
        tracing::info!(
            request_id,
            trace_id,
            actor = %asked.actor,
            method = %asked.method,
            %register,
            revision = committed.revision.number(),
            changes = plan.changes.len(),
            "register `{register}` changed"
        );
        Ok(applied(committed.revision, plan))
    }

    /// What came of a request when it was carried out before.
    pub(super) async fn done(&self, asked: &Asked) -> Result<Option<Done>, Error> {
        match &asked.request {
            Some(request) => match self.store.request_find(request).await? {
                Some(done) => is_same(request, done).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// What changed nothing is remembered too: sent again after somebody else's change it must not undo that.
    async fn unchanged(&self, asked: &Asked, revision: Revision, plan: Plan) -> Result<Applied, Error> {
        let Some(request) = &asked.request else {
            return Ok(applied(revision, plan));
        };
        let done = is_same(
            request,
            self.store.request_put(request, revision, clock::now()).await?,
        )?;
        if done.changed {
            return self.again(done).await;
        }
        Ok(applied(done.revision, plan))
    }

    /// What a request that was carried out before did.
    async fn again(&self, done: Done) -> Result<Applied, Error> {
        let changes = if done.changed {
            self.revision_entry(done.revision).await?.changes
        } else {
            Vec::new()
        };
        Ok(Applied {
            revision: done.revision,
            changes,
            documents: BTreeMap::new(),
        })
    }
}

/// The same, where another of the same request may have come between.
pub(super) async fn done_under_lock(write: &mut Write, asked: &Asked) -> Result<Option<Done>, Error> {
    match &asked.request {
        Some(request) => match write.request_find(request).await? {
            Some(done) => is_same(request, done).map(Some),
            None => Ok(None),
        },
        None => Ok(None),
    }
}

fn is_same(request: &store::Request, done: Done) -> Result<Done, Error> {
    if request.payload == done.payload {
        Ok(done)
    } else {
        Err(Error::RequestIdReused)
    }
}

fn applied(revision: Revision, plan: Plan) -> Applied {
    Applied {
        revision,
        changes: plan.changes,
        documents: plan.documents,
    }
}
