//! What a change would do, worked out without changing anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Error, ResourceChange,
    wish::{Granted, Precondition, Wish},
};
use crate::{
    document::{self, Draft, DraftResource, Violation, Violations, difference, json},
    domain::name::{RegisterId, ResourceKind, ResourceName, Revision},
    replica,
    store::{Mutation, Stored},
};

/// What is wanted of a register.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// That it is as a document says.
    Document {
        /// The document.
        draft: Draft,
        /// What becomes of what it does not name.
        others: Others,
    },
    /// Changes of single resources.
    Wishes {
        /// The register.
        register: RegisterId,
        /// The changes.
        wishes: Vec<Wish>,
    },
}

/// What becomes of resources that a draft does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Keep,
    /// They are deleted.
    Prune,
}

/// What is wanted, and what has to hold for it.
#[derive(Clone, Debug)]
pub struct Wants {
    /// What is wanted.
    pub wanted: Wanted,
    /// What has to hold.
    pub preconditions: Vec<Precondition>,
}

/// What is there: the documents of the register, and when anything in it last changed.
#[derive(Clone, Debug)]
pub struct There {
    /// The documents.
    pub documents: Vec<Stored>,
    /// When anything last changed; none where nothing ever did.
    pub changed: Option<Revision>,
}

/// What a change would do.
#[derive(Debug)]
pub struct Plan {
    /// What changes, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
    /// The same for the store.
    pub mutations: Vec<Mutation>,
    /// The documents that would be there, of those that are wanted.
    pub documents: BTreeMap<ResourceName, String>,
}

impl Wants {
    /// Which register is changed.
    pub const fn register(&self) -> &RegisterId {
        match &self.wanted {
            Wanted::Document { draft, .. } => &draft.register,
            Wanted::Wishes { register, .. } => register,
        }
    }

    /// What it does to what is there.
    fn grant(
        &self,
        current: &BTreeMap<&ResourceName, &Stored>,
        changed: Option<Revision>,
    ) -> Result<Granted, Error> {
        for precondition in &self.preconditions {
            precondition.holds(current, changed)?;
        }
        let mut granted = Granted::default();
        match &self.wanted {
            Wanted::Document { draft, others } => {
                granted.put.clone_from(&draft.resources);
                granted.mistakes.clone_from(&draft.mistakes);
                if *others == Others::Prune {
                    let named: BTreeSet<&ResourceName> =
                        draft.resources.iter().map(|wanted| &wanted.name).collect();
                    let unnamed = current.keys().copied().filter(|name| !named.contains(name));
                    let pruned = unnamed.filter(|name| name.kind() != ResourceKind::Register);
                    granted.deleted.extend(pruned.cloned());
                }
            }
            Wanted::Wishes { register, wishes } => {
                let register = ResourceName::register(register.clone());
                let makes_it = |wish: &Wish| *wish.name() == register;
                if !current.contains_key(&register) && !wishes.iter().any(makes_it) {
                    return Err(Error::NotFound(register));
                }
                for wish in wishes {
                    wish.grant(current, &mut granted)?;
                }
            }
        }
        Ok(granted)
    }
}

impl Plan {
    /// What is wanted does to what is there. Parsing a whole register takes its time, so it has a thread of its own.
    pub async fn new(wants: Arc<Wants>, there: There) -> Result<Self, Error> {
        let planned = tokio::task::spawn_blocking(move || Self::of(&wants, &there));
        planned.await.map_err(|_| Error::Lost)?
    }

    fn of(wants: &Wants, there: &There) -> Result<Self, Error> {
        let current: BTreeMap<&ResourceName, &Stored> = there
            .documents
            .iter()
            .map(|stored| (&stored.name, stored))
            .collect();
        let Granted {
            put,
            deleted,
            mistakes,
        } = wants.grant(&current, there.changed)?;
        validate(wants.register(), &put, &deleted, mistakes, &there.documents)?;
        let mut plan = Self {
            changes: Vec::new(),
            mutations: Vec::new(),
            documents: BTreeMap::new(),
        };
        for DraftResource { name, json, path: _ } in put {
            plan.documents.insert(name.clone(), json.clone());
            let change = match current.get(&name) {
                None => ResourceChange::Created,
                Some(stored) if is_same(stored, &json) => continue,
                Some(stored) => updated(stored, &json),
            };
            plan.changes.push((name.clone(), change));
            plan.mutations.push(Mutation::Put {
                name,
                json,
                format: json::FORMAT,
            });
        }
        for name in deleted {
            plan.changes.push((name.clone(), ResourceChange::Deleted));
            plan.mutations.push(Mutation::Delete { name });
        }
        plan.changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(plan)
    }
}

/// Whether a document says what is there; of one that was erased, nothing.
fn is_same(stored: &Stored, json: &str) -> bool {
    let kind = stored.name.kind();
    let declared = || document::Message::read(kind, &stored.json).and_then(|message| message.write());
    stored.json == json || kind.is_erasable() && declared().is_ok_and(|declared| declared == json)
}

fn updated(stored: &Stored, json: &str) -> ResourceChange {
    ResourceChange::Updated(difference::of(stored.name.kind(), &stored.json, json))
}

/// What would be in the register has to make a record; a register that is deleted is none.
fn validate(
    register: &RegisterId,
    put: &[DraftResource],
    deleted: &BTreeSet<ResourceName>,
    mut mistakes: Violations,
    current: &[Stored],
) -> Result<(), Error> {
    let kept = current.iter().filter(|stored| !deleted.contains(&stored.name));
    let mut merged: BTreeMap<ResourceName, document::Stored> = replica::documents(kept.cloned())
        .into_iter()
        .map(|stored| (stored.name.clone(), stored))
        .collect();
    for wanted in put {
        let wanted = document::Stored {
            name: wanted.name.clone(),
            revision: Revision::default(),
            json: wanted.json.clone(),
            path: Some(wanted.path.clone()),
        };
        merged.insert(wanted.name.clone(), wanted);
    }
    if merged.is_empty() && mistakes.is_empty() {
        return Ok(());
    }
    let merged: Vec<document::Stored> = merged.into_values().collect();
    if let Err(found) = document::record(register, &merged) {
        let new: Violations = found
            .into_iter()
            .filter(|violation| !mistakes.contains(violation))
            .collect();
        mistakes.extend(new);
    }
    // Outside of what was sent, a mistake is a reference to what would be deleted or changed.
    let is_outside = |violation: &Violation| violation.path.starts_with("registers/");
    if mistakes.is_empty() {
        Ok(())
    } else if mistakes.iter().all(is_outside) {
        let would = |violation: Violation| Violation {
            message: violation
                .message
                .replacen("there is no ", "there would be no ", 1),
            ..violation
        };
        Err(Error::StillReferenced(mistakes.into_iter().map(would).collect()))
    } else {
        Err(Error::Mistakes(mistakes))
    }
}
