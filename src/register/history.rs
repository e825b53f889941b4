//! What was changed, when, by whom and why.

use std::collections::BTreeMap;

use super::{AsOf, Error, Registers, ResourceChange};
use crate::{
    document::{Violation, difference},
    domain::name::{RegisterId, ResourceName, Revision},
    store::{Effect, Entry, Past, Revisions, Stored, Version},
};

/// A revision as the history tells it.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// What the log says of it.
    pub entry: Entry,
    /// What it changed, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
}

/// A version of a resource as the history tells it.
#[derive(Clone, Debug)]
pub struct VersionEntry {
    /// What the log says of the revision that made it.
    pub entry: Entry,
    /// What happened to the resource.
    pub change: ResourceChange,
}

/// What differs between two revisions.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The later revision.
    pub revision: Revision,
    /// What differs, in order of name.
    pub changes: Vec<(ResourceName, ResourceChange)>,
}

/// So many changes of a revision are read one by one.
const FEW: usize = 20;
/// So many changes of each revision are named in a list.
const NAMED: usize = 100;

impl Registers {
    /// Revisions, the latest first, with the names of what they changed.
    pub async fn revisions(&self, which: Revisions, limit: u64) -> Result<Vec<HistoryEntry>, Error> {
        let entries = self.store.revisions(&which, limit).await?;
        let first = which.before.is_none() && which.since.is_none() && which.until.is_none();
        if let (true, true, Some(register)) = (entries.is_empty(), first, which.register) {
            return Err(Error::NotFound(ResourceName::register(register)));
        }
        let told = |entry: Entry| {
            let changes = entry.effects.iter().filter_map(outline).take(NAMED).collect();
            HistoryEntry { entry, changes }
        };
        Ok(entries.into_iter().map(told).collect())
    }

    /// One revision with everything that it changed, field by field.
    pub async fn revision_entry(&self, revision: Revision) -> Result<HistoryEntry, Error> {
        let entry = self.store.entry(revision).await?.ok_or(Error::RevisionNotFound)?;
        let outlined: Vec<_> = entry.effects.iter().filter_map(outline).collect();
        if outlined.len() > FEW {
            // All at once: one read of the register before and after.
            return self.whole_entry(entry, outlined).await;
        }
        let mut changes = Vec::new();
        for (name, change) in outlined {
            let change = match change {
                ResourceChange::Updated(_) => {
                    // The version of this revision and the one before.
                    let pair = self.store.versions(&name, Some(revision.next()), 2).await?;
                    let mut documents = pair.into_iter().filter_map(|version| version.document);
                    let (after, before) = (documents.next(), documents.next());
                    difference(before.as_ref(), after.as_ref())
                }
                change => change,
            };
            changes.push((name, change));
        }
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(HistoryEntry { entry, changes })
    }

    async fn whole_entry(
        &self,
        entry: Entry,
        outlined: Vec<(ResourceName, ResourceChange)>,
    ) -> Result<HistoryEntry, Error> {
        let register = outlined.first().map(|(name, _)| name.register_id().clone());
        let Some(register) = register else {
            return Ok(HistoryEntry {
                entry,
                changes: Vec::new(),
            });
        };
        let earlier = Revision::new(entry.revision.number().saturating_sub(1));
        let at = |at: Revision| Past {
            at,
            register: Some(&register),
            kind: None,
            after: None,
        };
        let before = by_name(self.past(at(earlier)).await?);
        let after = by_name(self.past(at(entry.revision)).await?);
        let told = |(name, change): (ResourceName, ResourceChange)| {
            let change = match change {
                ResourceChange::Updated(_) => difference(before.get(&name), after.get(&name)),
                change => change,
            };
            (name, change)
        };
        let mut changes: Vec<_> = outlined.into_iter().map(told).collect();
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(HistoryEntry { entry, changes })
    }

    /// The versions of a resource, the latest first.
    pub async fn versions(
        &self,
        name: ResourceName,
        before: Option<Revision>,
        limit: u64,
    ) -> Result<Vec<VersionEntry>, Error> {
        // One more: what the oldest of them changed shows against the one before it.
        let versions = self
            .store
            .versions(&name, before, limit.saturating_add(1))
            .await?;
        if versions.is_empty() && before.is_none() {
            return Err(Error::NotFound(name));
        }
        let numbers: Vec<i64> = versions
            .iter()
            .filter_map(|version| i64::try_from(version.revision.number()).ok())
            .collect();
        let entries = self.store.entries(&numbers).await?;
        let mut entries: BTreeMap<Revision, Entry> =
            entries.into_iter().map(|entry| (entry.revision, entry)).collect();
        let told = |(index, version): (usize, &Version)| {
            let earlier = versions
                .get(index + 1)
                .and_then(|earlier| earlier.document.as_ref());
            let change = match &version.document {
                None => ResourceChange::Deleted,
                Some(_) if earlier.is_none() => ResourceChange::Created,
                after => difference(earlier, after.as_ref()),
            };
            let entry = entries.remove(&version.revision)?;
            Some(VersionEntry { entry, change })
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(versions.iter().enumerate().take(limit).filter_map(told).collect())
    }

    /// What differs in a register between two revisions.
    pub async fn compare(&self, register: RegisterId, from: Revision, to: AsOf) -> Result<Changed, Error> {
        let revision = self.revision(to).await?;
        if from > revision {
            return Err(Error::Mistakes(vec![Violation {
                path: "from_revision".to_owned(),
                message: format!("is after the later revision, {revision}"),
            }]));
        }
        let at = |at: Revision| Past {
            at,
            register: Some(&register),
            kind: None,
            after: None,
        };
        let before = by_name(self.past(at(from)).await?);
        let after = by_name(self.past(at(revision)).await?);
        if before.is_empty() && after.is_empty() {
            return Err(Error::NotFound(ResourceName::register(register)));
        }
        let mut changes: BTreeMap<ResourceName, ResourceChange> = BTreeMap::new();
        for (name, stored) in &after {
            match before.get(name) {
                None => {
                    changes.insert(name.clone(), ResourceChange::Created);
                }
                Some(earlier) if earlier.json == stored.json => {}
                Some(earlier) => {
                    changes.insert(name.clone(), difference(Some(earlier), Some(stored)));
                }
            }
        }
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        changes.extend(gone.map(|name| (name.clone(), ResourceChange::Deleted)));
        Ok(Changed {
            revision,
            changes: changes.into_iter().collect(),
        })
    }
}

fn by_name(documents: Vec<Stored>) -> BTreeMap<ResourceName, Stored> {
    let named = |stored: Stored| (stored.name.clone(), stored);
    documents.into_iter().map(named).collect()
}

/// What an effect is, without the fields.
fn outline(effect: &Effect) -> Option<(ResourceName, ResourceChange)> {
    let change = match (&effect.before, &effect.after) {
        _ if !effect.erased.is_empty() => ResourceChange::Erased,
        (None, _) => ResourceChange::Created,
        (Some(_), None) => ResourceChange::Deleted,
        (Some(_), Some(_)) => ResourceChange::Updated(Vec::new()),
    };
    Some((effect.name.parse().ok()?, change))
}

fn difference(before: Option<&Stored>, after: Option<&Stored>) -> ResourceChange {
    let json = |stored: Option<&Stored>| stored.map_or_else(|| "{}".to_owned(), |stored| stored.json.clone());
    let kind = after.or(before).map(|stored| stored.name.kind());
    let fields = kind.map(|kind| difference::of(kind, &json(before), &json(after)));
    ResourceChange::Updated(fields.unwrap_or_default())
}
