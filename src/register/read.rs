//! Reading: what is there, or was at a revision.

use jiff::Timestamp;
use serde_json::Value;

use super::{Error, Registers};
use crate::{
    document::{
        self,
        filter::{Filter, Order},
    },
    domain::{
        name::{RegisterId, ResourceKind, ResourceName, Revision},
        register::Record,
    },
    replica,
    store::{Past, Stored},
};

/// As of when something is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AsOf {
    /// As it is.
    #[default]
    Now,
    /// As it was at a revision.
    Revision(Revision),
    /// As it was at an instant.
    Instant(Timestamp),
}

/// What a list is to have.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Resources of this kind.
    pub kind: ResourceKind,
    /// Of this register; `None`: registers themselves.
    pub register: Option<RegisterId>,
    /// As of when.
    pub as_of: AsOf,
    /// Which ones.
    pub filter: Option<Filter>,
    /// In which order.
    pub order: Order,
    /// Behind this one.
    pub after: Option<ResourceName>,
    /// At most this many.
    pub limit: usize,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The revision that it is of.
    pub revision: Revision,
    /// The documents, in the order asked.
    pub documents: Vec<Stored>,
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

/// How many documents are read at once where a filter or order needs all of them.
const AT_ONCE: u64 = 1000;

impl Registers {
    /// The revision that is meant.
    pub async fn revision(&self, as_of: AsOf) -> Result<Revision, Error> {
        let head = self.store.head().await?.revision;
        match as_of {
            AsOf::Now => Ok(head),
            AsOf::Revision(revision) if revision <= head => Ok(revision),
            AsOf::Revision(_) => Err(Error::RevisionNotFound),
            AsOf::Instant(instant) => {
                let then = self.store.revision_at(instant).await?;
                then.ok_or(Error::RevisionNotFound)
            }
        }
    }

    /// Reads one resource.
    pub async fn get(&self, name: ResourceName, as_of: AsOf) -> Result<Stored, Error> {
        let found = match as_of {
            AsOf::Now => self.store.document_get(&name).await?,
            as_of => {
                let revision = self.revision(as_of).await?;
                self.store.document_at(&name, revision).await?
            }
        };
        found.ok_or(Error::NotFound(name))
    }

    /// A resource as the revision that changed it left it; as it was before, where it deleted it.
    pub async fn answer(
        &self,
        name: ResourceName,
        revision: Revision,
        deleted: bool,
    ) -> Result<Stored, Error> {
        let at = if deleted {
            Revision::new(revision.number().saturating_sub(1))
        } else {
            revision
        };
        let found = self.store.document_at(&name, at).await?;
        found.ok_or(Error::NotFound(name))
    }

    /// Reads several resources of one moment, in the order asked.
    pub async fn get_all(
        &self,
        register: RegisterId,
        names: Vec<ResourceName>,
        as_of: AsOf,
    ) -> Result<Listed, Error> {
        let revision = self.revision(as_of).await?;
        let past = Past {
            at: revision,
            register: Some(&register),
            kind: None,
            after: None,
        };
        let all = self.past(past).await?;
        let (mut documents, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            match all.iter().find(|stored| stored.name == name) {
                Some(stored) => documents.push(stored.clone()),
                None => missing.push(name),
            }
        }
        if missing.is_empty() {
            Ok(Listed { revision, documents })
        } else {
            Err(Error::SomeNotFound(missing))
        }
    }

    /// Lists resources. A register that was not there has none and is an error.
    pub async fn list(&self, listing: Listing) -> Result<Listed, Error> {
        let Listing {
            kind,
            register,
            as_of,
            filter,
            order,
            after,
            limit,
        } = listing;
        let revision = self.revision(as_of).await?;
        if let Some(register) = &register {
            let name = ResourceName::register(register.clone());
            if self.store.document_at(&name, revision).await?.is_none() {
                return Err(Error::NotFound(name));
            }
        }
        let past = Past {
            at: revision,
            register: register.as_ref(),
            kind: Some(kind),
            after: None,
        };
        if filter.is_none() && order.is_by_name() {
            let limit = u64::try_from(limit).unwrap_or(AT_ONCE);
            let after = after.as_ref();
            let documents = self.store.documents_at(Past { after, ..past }, limit).await?;
            return Ok(Listed { revision, documents });
        }
        let all = self.past(past).await?;
        let chosen =
            tokio::task::spawn_blocking(move || choose(all, filter.as_ref(), &order, after.as_ref(), limit));
        let documents = chosen.await.map_err(|_| Error::Lost)?;
        Ok(Listed { revision, documents })
    }

    /// Everything of a past, page by page.
    pub(super) async fn past(&self, past: Past<'_>) -> Result<Vec<Stored>, Error> {
        let mut all: Vec<Stored> = Vec::new();
        loop {
            let after = all.last().map(|stored| stored.name.clone());
            let page = Past {
                after: after.as_ref(),
                ..past
            };
            let page = self.store.documents_at(page, AT_ONCE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The record of a register, now or as it was.
    pub async fn record(&self, register: RegisterId, as_of: AsOf) -> Result<Recorded, Error> {
        let revision = self.revision(as_of).await?;
        let past = Past {
            at: revision,
            register: Some(&register),
            kind: None,
            after: None,
        };
        let documents = self.past(past).await?;
        let entry = self.store.entry(revision).await?;
        let (false, Some(entry)) = (documents.is_empty(), entry) else {
            return Err(Error::NotFound(ResourceName::register(register)));
        };
        let built =
            tokio::task::spawn_blocking(move || document::record(&register, &replica::documents(documents)));
        let record = built.await.map_err(|_| Error::Lost)?.map_err(Error::Unreadable)?;
        Ok(Recorded {
            revision,
            time: entry.logged.time,
            record,
        })
    }
}

/// Those that pass, in order, behind one of them.
fn choose(
    all: Vec<Stored>,
    filter: Option<&Filter>,
    order: &Order,
    after: Option<&ResourceName>,
    limit: usize,
) -> Vec<Stored> {
    let read = |stored: Stored| {
        let value: Value = serde_json::from_str(&stored.json).unwrap_or_default();
        (value, stored)
    };
    let mut chosen: Vec<(Value, Stored)> = all
        .into_iter()
        .map(read)
        .filter(|(value, _)| filter.is_none_or(|filter| filter.passes(value)))
        .collect();
    // Stable, and they come in order of name.
    chosen.sort_by(|(one, _), (other, _)| order.compare(one, other));
    let from = match after {
        None => 0,
        Some(after) => chosen
            .iter()
            .position(|(_, stored)| stored.name == *after)
            .map_or(chosen.len(), |index| index + 1),
    };
    chosen
        .into_iter()
        .skip(from)
        .take(limit)
        .map(|(_, stored)| stored)
        .collect()
}
