//! What callers wish of single resources, and what has to hold for it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, etag};
use crate::{
    document::{DraftResource, Patch, Violation},
    domain::name::{ResourceKind, ResourceName, Revision},
    store::Stored,
};

/// What is to become of one resource.
#[derive(Clone, Debug)]
pub enum Wish {
    /// It is to be there.
    Create(DraftResource),
    /// Some of it is to be replaced.
    Update {
        /// Its name.
        name: ResourceName,
        /// By what.
        patch: Box<Patch>,
        /// What the caller has seen of it.
        etag: Option<String>,
        /// What becomes of it where it is not there.
        missing: Missing,
        /// Where the resource stands in the request, and where its field mask does.
        path: String,
        /// Where its field mask stands.
        mask: String,
    },
    /// It is not to be there any more.
    Delete {
        /// Its name.
        name: ResourceName,
        /// What the caller has seen of it.
        etag: Option<String>,
        /// What becomes of what is in it.
        contents: Contents,
    },
}

/// What becomes of an update of what is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is refused.
    Refuse,
    /// The resource is created.
    Create,
}

/// What becomes of what is in a register that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// There must be none.
    Refuse,
    /// It is deleted, too.
    Delete,
}

/// What has to hold for a change.
#[derive(Clone, Debug)]
pub struct Precondition {
    /// The resource, or the register as a whole.
    pub name: ResourceName,
    /// Its being there.
    pub presence: Presence,
    /// What the caller has seen of it.
    pub etag: Option<String>,
    /// It has not changed after this revision; for a register: nothing in it has.
    pub unchanged_since: Option<Revision>,
    /// Where it stands in the request.
    pub path: String,
}

/// What is asked of a resource's being there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing.
    Any,
    /// It is.
    Present,
    /// It is not.
    Absent,
}

/// What wishes come to.
#[derive(Debug, Default)]
pub struct Granted {
    /// Documents that are put.
    pub put: Vec<DraftResource>,
    /// What is deleted.
    pub deleted: BTreeSet<ResourceName>,
    /// What is wrong with the documents by themselves.
    pub mistakes: Vec<Violation>,
}

impl Wish {
    /// What it is about.
    pub const fn name(&self) -> &ResourceName {
        match self {
            Self::Create(draft) => &draft.name,
            Self::Update { name, .. } | Self::Delete { name, .. } => name,
        }
    }

    /// What comes of it, given what is there.
    pub fn grant(
        &self,
        current: &BTreeMap<&ResourceName, &Stored>,
        granted: &mut Granted,
    ) -> Result<(), Error> {
        let there = current.get(self.name()).copied();
        match self {
            Self::Create(draft) => match there {
                Some(_) => return Err(Error::AlreadyExists(draft.name.clone())),
                None => granted.put.push(draft.clone()),
            },
            Self::Update {
                name,
                patch,
                etag: seen,
                missing,
                path,
                mask,
            } => {
                if there.is_none() && (*missing == Missing::Refuse || seen.is_some()) {
                    return Err(Error::NotFound(name.clone()));
                }
                is_seen(name, there, seen.as_deref())?;
                let patched = patch.patched(there.map(|there| there.json.as_str()), path, mask);
                let patched = patched.map_err(|unreadable| Error::Unreadable(vec![at(name, unreadable)]))?;
                match patched {
                    Ok(json) => granted.put.push(DraftResource {
                        name: name.clone(),
                        json,
                        path: path.clone(),
                    }),
                    Err(mistakes) => granted.mistakes.extend(mistakes),
                }
            }
            Self::Delete {
                name,
                etag: seen,
                contents,
            } => {
                if there.is_none() {
                    return Err(Error::NotFound(name.clone()));
                }
                is_seen(name, there, seen.as_deref())?;
                if name.kind() == ResourceKind::Register {
                    let within = || current.keys().copied().filter(|other| *other != name).cloned();
                    if *contents == Contents::Refuse && within().next().is_some() {
                        return Err(Error::NotEmpty(within().collect()));
                    }
                    granted.deleted.extend(within());
                }
                granted.deleted.insert(name.clone());
            }
        }
        Ok(())
    }
}

fn at(name: &ResourceName, message: impl ToString) -> Violation {
    Violation {
        path: name.to_string(),
        message: message.to_string(),
    }
}

/// Whether a resource is the one that the caller has seen.
fn is_seen(name: &ResourceName, there: Option<&Stored>, seen: Option<&str>) -> Result<(), Error> {
    let etag = there.map(etag);
    // With its quotes or without: they are easily lost in a shell.
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    match seen {
        Some(seen) if etag.as_deref().map(bare) != Some(bare(seen)) => Err(Error::Changed {
            name: name.clone(),
            etag,
        }),
        _ => Ok(()),
    }
}

impl Precondition {
    /// Whether it holds; `changed` is the revision in which anything in the register last changed.
    pub fn holds(
        &self,
        current: &BTreeMap<&ResourceName, &Stored>,
        changed: Option<Revision>,
    ) -> Result<(), Error> {
        let there = current.get(&self.name).copied();
        let wrong = |message: String| {
            Err(Error::Precondition(vec![Violation {
                path: self.path.clone(),
                message,
            }]))
        };
        match (self.presence, there) {
            (Presence::Present, None) => return wrong(format!("there is no `{}`", self.name)),
            (Presence::Absent, Some(_)) => return wrong(format!("there is a `{}`", self.name)),
            _ => {}
        }
        is_seen(&self.name, there, self.etag.as_deref())?;
        let last = match self.name.kind() {
            ResourceKind::Register => changed,
            _ => there.map(|there| there.revision),
        };
        match (self.unchanged_since, last) {
            (Some(since), Some(last)) if last > since => Err(Error::ChangedSince {
                name: self.name.clone(),
                revision: last,
            }),
            (Some(_), None) => Err(Error::NotFound(self.name.clone())),
            _ => Ok(()),
        }
    }
}
