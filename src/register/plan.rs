//! What applying a document would do, worked out without changing anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Error, Others, ResourceChange};
use crate::{
    document::{self, Draft, Violation, Violations, difference, json},
    domain::name::{ResourceKind, ResourceName, Revision},
    store::{Mutation, Stored},
};

/// What an apply would do.
pub struct Plan {
    /// What changes, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
    /// The same for the store.
    pub mutations: Vec<Mutation>,
    deleted: BTreeSet<ResourceName>,
}

impl Plan {
    /// What the draft does to what is there. Parsing a whole register takes its time, so it has a thread of its own.
    pub async fn new(draft: Arc<Draft>, current: Vec<Stored>, others: Others) -> Result<Self, Error> {
        let planned = tokio::task::spawn_blocking(move || {
            let plan = Self::of(&draft, &current, others);
            plan.validate(&draft, &current).map(|()| plan)
        });
        planned.await.map_err(|_| Error::Lost)?
    }

    fn of(draft: &Draft, current: &[Stored], others: Others) -> Self {
        let current: BTreeMap<&ResourceName, &Stored> =
            current.iter().map(|stored| (&stored.name, stored)).collect();
        let mut plan = Self {
            changes: Vec::new(),
            mutations: Vec::new(),
            deleted: BTreeSet::new(),
        };
        for wanted in &draft.resources {
            let change = match current.get(&wanted.name) {
                None => ResourceChange::Created,
                Some(stored) if stored.json == wanted.json => continue,
                Some(stored) => ResourceChange::Updated(difference::between(&stored.json, &wanted.json)),
            };
            plan.changes.push((wanted.name.clone(), change));
            plan.mutations.push(Mutation::Put {
                name: wanted.name.clone(),
                json: wanted.json.clone(),
                format: json::FORMAT,
            });
        }
        if others == Others::Prune {
            let named: BTreeSet<&ResourceName> = draft.resources.iter().map(|wanted| &wanted.name).collect();
            for name in current
                .keys()
                .filter(|name| !named.contains(*name) && name.kind() != ResourceKind::Register)
            {
                plan.changes.push(((*name).clone(), ResourceChange::Deleted));
                plan.mutations.push(Mutation::Delete {
                    name: (*name).clone(),
                });
                plan.deleted.insert((*name).clone());
            }
        }
        plan.changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        plan
    }

    /// What would be in the register has to make a record.
    fn validate(&self, draft: &Draft, current: &[Stored]) -> Result<(), Error> {
        let mut merged: BTreeMap<ResourceName, document::Stored> = current
            .iter()
            .filter(|stored| !self.deleted.contains(&stored.name))
            .map(|stored| {
                let (name, revision, json) = (stored.name.clone(), stored.revision, stored.json.clone());
                (
                    name.clone(),
                    document::Stored {
                        name,
                        revision,
                        json,
                        path: None,
                    },
                )
            })
            .collect();
        for wanted in &draft.resources {
            let (name, json, path) = (
                wanted.name.clone(),
                wanted.json.clone(),
                Some(wanted.path.clone()),
            );
            let stored = document::Stored {
                name: name.clone(),
                revision: Revision::default(),
                json,
                path,
            };
            merged.insert(name, stored);
        }
        let merged: Vec<document::Stored> = merged.into_values().collect();
        let mut mistakes = draft.mistakes.clone();
        if let Err(found) = document::record(&draft.register, &merged) {
            let new: Violations = found
                .into_iter()
                .filter(|violation| !mistakes.contains(violation))
                .collect();
            mistakes.extend(new);
        }
        // Outside the draft, a mistake is a reference to what would be deleted or changed.
        let is_outside = |violation: &Violation| violation.path.starts_with("registers/");
        if mistakes.is_empty() {
            Ok(())
        } else if mistakes.iter().all(is_outside) {
            Err(Error::StillReferenced(mistakes))
        } else {
            Err(Error::Mistakes(mistakes))
        }
    }
}
