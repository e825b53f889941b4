//! What was: revisions with who made them and why, versions of a resource, and registers as they were.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::{
    Digest, Error, Store, Stored, commitment,
    document::{self, Row},
    engine,
    entity::{audit_entry, content, revision, version},
    leaf::{self, Effect, Logged},
};
use crate::domain::name::{RegisterId, ResourceKind, ResourceName, Revision};

/// A revision, as the log tells it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub revision: Revision,
    /// The index of its entry in the log, counted from 1.
    pub log_index: u64,
    /// The leaf hash of that entry.
    pub leaf_hash: Digest,
    /// What the entry says.
    pub logged: Logged,
    /// The words of the reason, if there was one and it has not been erased.
    pub reason: Option<String>,
    /// What it did, in order of name.
    pub effects: Vec<Effect>,
}

/// A state that a resource was in.
#[derive(Clone, Debug)]
pub struct Version {
    /// The revision that made it.
    pub revision: Revision,
    /// The document; none if it was deleted then.
    pub document: Option<Stored>,
}

/// Which revisions to list.
#[derive(Clone, Debug, Default)]
pub struct Revisions {
    /// Only those of this register.
    pub register: Option<RegisterId>,
    /// Only those before this one.
    pub before: Option<Revision>,
    /// Only those committed then or later.
    pub since: Option<Timestamp>,
    /// Only those committed earlier.
    pub until: Option<Timestamp>,
}

/// Which documents of the past to read.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// As of this revision.
    pub at: Revision,
    /// Only those of this register, its own included.
    pub register: Option<&'a RegisterId>,
    /// Only those of this kind.
    pub kind: Option<ResourceKind>,
    /// Only those behind this name.
    pub after: Option<&'a ResourceName>,
}

impl Store {
    /// The latest revision that had been committed at an instant; none if there was none.
    pub async fn revision_at(&self, instant: Timestamp) -> Result<Option<Revision>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(
            patience,
            "looking for a revision",
            self.revision_at_unbounded(instant),
        )
        .await
    }

    async fn revision_at_unbounded(&self, instant: Timestamp) -> Result<Option<Revision>, Error> {
        let latest = revision::Entity::find()
            .filter(revision::Column::TimeMs.lte(instant.as_millisecond()))
            .order_by_desc(revision::Column::Revision);
        match latest.one(&self.db).await {
            Ok(row) => Ok(row.and_then(|row| document::revision(row.revision))),
            Err(error) => Err(self.explain("looking for a revision", error).await),
        }
    }

    /// Revisions, the latest first.
    pub async fn revisions(&self, which: &Revisions, limit: u64) -> Result<Vec<Entry>, Error> {
        const DOING: &str = "reading the history";
        let Revisions {
            register,
            before,
            since,
            until,
        } = which;
        let mut select = revision::Entity::find();
        if let Some(register) = register {
            select = select.filter(revision::Column::Register.eq(register.as_str()));
        }
        if let Some(before) = before.and_then(|before| i64::try_from(before.number()).ok()) {
            select = select.filter(revision::Column::Revision.lt(before));
        }
        if let Some(since) = since {
            select = select.filter(revision::Column::TimeMs.gte(since.as_millisecond()));
        }
        if let Some(until) = until {
            select = select.filter(revision::Column::TimeMs.lt(until.as_millisecond()));
        }
        let select = select.order_by_desc(revision::Column::Revision).limit(limit);
        let rows = match select.all(&self.db).await {
            Ok(rows) => rows,
            Err(error) => return Err(self.explain(DOING, error).await),
        };
        self.entries(&rows.into_iter().map(|row| row.revision).collect::<Vec<_>>())
            .await
    }

    /// One revision; none if there is no such.
    pub async fn entry(&self, revision: Revision) -> Result<Option<Entry>, Error> {
        let Ok(number) = i64::try_from(revision.number()) else {
            return Ok(None);
        };
        Ok(self.entries(&[number]).await?.pop())
    }

    /// The entries of these revisions, the latest first.
    pub async fn entries(&self, revisions: &[i64]) -> Result<Vec<Entry>, Error> {
        match entries(&self.db, revisions).await {
            Ok(rows) => rows.into_iter().map(entry).collect(),
            Err(error) => Err(self.explain("reading the log", error).await),
        }
    }

    /// The versions of a resource, the latest first: at most `limit` of those before a revision.
    pub async fn versions(
        &self,
        name: &ResourceName,
        before: Option<Revision>,
        limit: u64,
    ) -> Result<Vec<Version>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(
            patience,
            "reading versions",
            self.versions_unbounded(name, before, limit),
        )
        .await
    }

    async fn versions_unbounded(
        &self,
        name: &ResourceName,
        before: Option<Revision>,
        limit: u64,
    ) -> Result<Vec<Version>, Error> {
        let mut select = version::Entity::find().filter(version::Column::Name.eq(name.to_string()));
        if let Some(before) = before.and_then(|before| i64::try_from(before.number()).ok()) {
            select = select.filter(version::Column::Revision.lt(before));
        }
        let select = select.order_by_desc(version::Column::Revision).limit(limit);
        let read = async { document::unsealed(&self.db, select.all(&self.db).await?).await };
        match read.await {
            Ok(rows) => rows.into_iter().map(version_of).collect(),
            Err(error) => Err(self.explain("reading versions", error).await),
        }
    }

    /// A resource as it was at a revision; none if it was not there.
    pub async fn document_at(&self, name: &ResourceName, at: Revision) -> Result<Option<Stored>, Error> {
        let latest = self.versions(name, Some(at.next()), 1).await?;
        Ok(latest.into_iter().next().and_then(|version| version.document))
    }

    /// At most `limit` documents as they were at a revision, in the order of their names' bytes. Versions are never changed,
    /// so pages of one revision are of one moment; only what was erased meanwhile is missing.
    pub async fn documents_at(&self, past: Past<'_>, limit: u64) -> Result<Vec<Stored>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(
            patience,
            "reading the past",
            self.documents_at_unbounded(past, limit),
        )
        .await
    }

    async fn documents_at_unbounded(&self, past: Past<'_>, limit: u64) -> Result<Vec<Stored>, Error> {
        match past_page(&self.db, past, limit).await {
            Ok(rows) => rows.into_iter().map(document::stored).collect(),
            Err(error) => Err(self.explain("reading the past", error).await),
        }
    }
}

/// When the latest revision was committed.
pub async fn latest_time<C: ConnectionTrait>(db: &C) -> Result<Option<Timestamp>, DbErr> {
    let latest = revision::Entity::find().order_by_desc(revision::Column::Revision);
    let time = latest.one(db).await?.map(|row| row.time_ms);
    Ok(time.and_then(|time| Timestamp::from_millisecond(time).ok()))
}

/// The revision in which anything in a register last changed.
pub async fn changed<C: ConnectionTrait>(db: &C, register: &RegisterId) -> Result<Option<Revision>, DbErr> {
    let latest = revision::Entity::find()
        .filter(revision::Column::Register.eq(register.as_str()))
        .order_by_desc(revision::Column::Revision);
    Ok(latest
        .one(db)
        .await?
        .and_then(|row| document::revision(row.revision)))
}

fn version_of(row: Row) -> Result<Version, Error> {
    let revision = document::revision(row.version.revision)
        .ok_or_else(|| Error::corrupt(format!("`{}`: it is no revision", row.version.name)))?;
    let document = if row.version.deleted {
        None
    } else {
        Some(document::stored(row)?)
    };
    Ok(Version { revision, document })
}

/// An entry with what it names by digest.
struct Found {
    entry: audit_entry::Model,
    effects: Option<Vec<u8>>,
    reason: Option<commitment::Row>,
}

async fn entries<C: ConnectionTrait>(db: &C, revisions: &[i64]) -> Result<Vec<Found>, DbErr> {
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::Revision.is_in(revisions.iter().copied()))
        .order_by_desc(audit_entry::Column::Revision)
        .all(db)
        .await?;
    let logged = |entry: &audit_entry::Model| leaf::read(&entry.leaf);
    let lists = entries.iter().filter_map(|entry| logged(entry)?.effects());
    let lists: Vec<Vec<u8>> = lists.map(|digest| digest.to_vec()).collect();
    let found = content::Entity::find().filter(content::Column::Sha256.is_in(lists));
    let lists: HashMap<Vec<u8>, Vec<u8>> = found
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.sha256, row.bytes))
        .collect();
    let reasons = entries.iter().filter_map(|entry| logged(entry)?.reason());
    let reasons = commitment::find(db, &reasons.collect::<Vec<_>>())
        .await?
        .into_iter();
    let reasons: HashMap<Vec<u8>, commitment::Row> = reasons.map(|row| (row.digest.clone(), row)).collect();
    let found = |entry: audit_entry::Model| {
        let logged = logged(&entry);
        let effects = logged.as_ref().and_then(Logged::effects);
        let reason = logged.as_ref().and_then(Logged::reason);
        Found {
            effects: effects.and_then(|digest| lists.get(digest.as_slice()).cloned()),
            reason: reason.and_then(|digest| reasons.get(digest.as_slice()).cloned()),
            entry,
        }
    };
    Ok(entries.into_iter().map(found).collect())
}

fn entry(found: Found) -> Result<Entry, Error> {
    let Found {
        entry,
        effects,
        reason,
    } = found;
    let index = entry.log_index;
    let damaged = |what: &str| Error::corrupt(format!("entry {index} of the log: {what}"));
    let logged = leaf::read(&entry.leaf).ok_or_else(|| damaged("it cannot be read"))?;
    let effects = effects.ok_or_else(|| damaged("its list of changes is missing"))?;
    let revision = entry.revision.and_then(document::revision);
    Ok(Entry {
        revision: revision.ok_or_else(|| damaged("it is no revision"))?,
        log_index: u64::try_from(index).map_err(|_| damaged("its index is out of range"))?,
        leaf_hash: Digest::try_from(entry.leaf_hash).map_err(|_| damaged("it has no digest"))?,
        reason: reason.as_ref().and_then(commitment::text),
        effects: leaf::read_effects(&effects).ok_or_else(|| damaged("its list of changes cannot be read"))?,
        logged,
    })
}

/// One page of what was there at a revision.
async fn past_page<C: ConnectionTrait>(db: &C, past: Past<'_>, limit: u64) -> Result<Vec<Row>, DbErr> {
    let Past {
        at,
        register,
        kind,
        after,
    } = past;
    let at = i64::try_from(at.number()).unwrap_or(i64::MAX);
    let mut latest = Query::select();
    latest
        .column(version::Column::Name)
        .expr(Expr::col(version::Column::Revision).max())
        .from(version::Entity)
        .and_where(version::Column::Revision.lte(at))
        .group_by_col(version::Column::Name);
    if let Some(register) = register {
        latest.and_where(version::Column::Register.eq(register.as_str()));
    }
    if let Some(kind) = kind {
        latest.and_where(version::Column::Kind.eq(kind.collection()));
    }
    if let Some(after) = after {
        latest.and_where(version::Column::Name.gt(after.to_string()));
    }
    let columns = Expr::tuple([
        Expr::col(version::Column::Name),
        Expr::col(version::Column::Revision),
    ]);
    let page = version::Entity::find()
        .filter(columns.in_subquery(latest))
        .filter(version::Column::Deleted.eq(false))
        .order_by_asc(version::Column::Name)
        .limit(limit);
    document::unsealed(db, page.all(db).await?).await
}
