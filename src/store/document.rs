//! Documents as they are now.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait as _, Query},
};
use sha2::{Digest as _, Sha256};

use crate::domain::name::{RegisterId, ResourceKind, ResourceName, Revision};

use super::{
    Digest, Error, commitment,
    entity::{audit_entry, current, version},
    leaf,
};

/// A resource as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: ResourceName,
    /// The revision that made it what it is.
    pub revision: Revision,
    /// The time of that revision, to the millisecond.
    pub time: Timestamp,
    /// Which version of the documents' format it is written in.
    pub format: u16,
    /// The document, byte for byte as it was put; its stand-in where it was erased.
    pub json: String,
    /// The SHA-256 of these bytes, checked when they were read.
    pub digest: Digest,
}

/// Which documents to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Only those of this kind.
    pub kind: Option<ResourceKind>,
    /// Only those of this register, its own included.
    pub register: Option<&'a RegisterId>,
    /// Only those behind this name.
    pub after: Option<&'a str>,
}

/// A version as it is stored, and what it stands for.
#[derive(Debug)]
pub struct Row {
    version: version::Model,
    /// The document that it stands for, if it is still kept.
    sealed: Option<commitment::Row>,
}

/// How many rows [`select_all`] takes at once, so that no statement runs into the statement timeout.
const PAGE: u64 = 1_000;

/// The present version of the resource of this name.
pub async fn find<C: ConnectionTrait>(db: &C, name: &ResourceName) -> Result<Option<Row>, DbErr> {
    let present = present().filter(current::Column::Name.eq(name.to_string()));
    let found = present.one(db).await?;
    Ok(unsealed(db, found.into_iter().collect()).await?.pop())
}

/// Every version that the resource of this name has had.
pub async fn versions<C: ConnectionTrait>(db: &C, name: &ResourceName) -> Result<Vec<version::Model>, DbErr> {
    let versions = version::Entity::find().filter(version::Column::Name.eq(name.to_string()));
    versions.order_by_asc(version::Column::Revision).all(db).await
}

/// What the versions stand for.
async fn unsealed<C: ConnectionTrait>(db: &C, versions: Vec<version::Model>) -> Result<Vec<Row>, DbErr> {
    let committed = |version: &version::Model| {
        let kind = ResourceKind::ALL
            .into_iter()
            .find(|kind| kind.collection() == version.kind)?;
        let document = version.document.as_deref().filter(|_| kind.is_erasable())?;
        commitment::committed(document)
    };
    let digests: Vec<Digest> = versions.iter().filter_map(committed).collect();
    let kept = commitment::find(db, &digests).await?.into_iter();
    let mut kept: HashMap<Vec<u8>, commitment::Row> = kept.map(|row| (row.digest.clone(), row)).collect();
    let row = |version: version::Model| {
        let sealed = committed(&version).and_then(|digest| kept.remove(digest.as_slice()));
        Row { version, sealed }
    };
    Ok(versions.into_iter().map(row).collect())
}

/// The first `limit` of the selected versions, in the order of their names' bytes.
pub async fn select<C: ConnectionTrait>(db: &C, what: Selection<'_>, limit: u64) -> Result<Vec<Row>, DbErr> {
    let Selection {
        kind,
        register,
        after,
    } = what;
    let mut select = present();
    if let Some(kind) = kind {
        select = select.filter(current::Column::Kind.eq(kind.collection()));
    }
    if let Some(register) = register {
        select = select.filter(current::Column::Register.eq(register.as_str()));
    }
    if let Some(after) = after {
        select = select.filter(current::Column::Name.gt(after));
    }
    let selected = select.order_by_asc(current::Column::Name).limit(limit);
    unsealed(db, selected.all(db).await?).await
}

/// All of the selected versions, in the order of their names' bytes. They are of one moment only inside a transaction
/// that sees one.
pub async fn select_all<C: ConnectionTrait>(transaction: &C, what: Selection<'_>) -> Result<Vec<Row>, DbErr> {
    let mut rows = select(transaction, what, PAGE).await?;
    loop {
        let Some(last) = rows.last().map(|row| row.version.name.clone()) else {
            return Ok(rows);
        };
        let page = select(
            transaction,
            Selection {
                after: Some(&last),
                ..what
            },
            PAGE,
        )
        .await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

/// The names of those of `names` that are there, with the digests of their documents.
pub async fn digests<C: ConnectionTrait>(
    db: &C,
    names: &[String],
) -> Result<Vec<(String, Option<Vec<u8>>)>, DbErr> {
    let columns = [version::Column::Name, version::Column::Sha256];
    let present = present().filter(current::Column::Name.is_in(names));
    present.select_only().columns(columns).into_tuple().all(db).await
}

/// What a register had at a revision, in the order of names' bytes, and when the revision was committed; `None` if there
/// is no such revision. What is stored is never changed, so pages are of one moment.
pub async fn past<C: ConnectionTrait>(
    db: &C,
    register: &RegisterId,
    revision: Revision,
) -> Result<Option<(Timestamp, Vec<Row>)>, DbErr> {
    let Ok(number) = i64::try_from(revision.number()) else {
        return Ok(None);
    };
    let of_revision = audit_entry::Entity::find().filter(audit_entry::Column::Revision.eq(number));
    let Some(entry) = of_revision.one(db).await? else {
        return Ok(None);
    };
    let unreadable = || DbErr::Custom(format!("the audit entry of revision {revision} cannot be read"));
    let time = leaf::read(&entry.leaf).ok_or_else(unreadable)?.time;
    let latest = Query::select()
        .column(version::Column::Name)
        .expr(Expr::col(version::Column::Revision).max())
        .from(version::Entity)
        .and_where(version::Column::Register.eq(register.as_str()))
        .and_where(version::Column::Revision.lte(number))
        .group_by_col(version::Column::Name)
        .to_owned();
    let columns = Expr::tuple([
        Expr::col(version::Column::Name),
        Expr::col(version::Column::Revision),
    ]);
    let then = version::Entity::find()
        .filter(columns.in_subquery(latest))
        .filter(version::Column::Deleted.eq(false))
        .order_by_asc(version::Column::Name);
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let page = match rows.last() {
            None => then.clone(),
            Some(last) => {
                let last = last.version.name.clone();
                then.clone().filter(version::Column::Name.gt(last))
            }
        };
        let page = unsealed(db, page.limit(PAGE).all(db).await?).await?;
        if page.is_empty() {
            return Ok(Some((time, rows)));
        }
        rows.extend(page);
    }
}

/// By way of the pointers, so that the past does not slow down the present.
fn present() -> Select<version::Entity> {
    version::Entity::find().inner_join(current::Entity)
}

/// Makes sense of a row.
pub fn stored(row: Row) -> Result<Stored, Error> {
    let Row { version, sealed } = row;
    let version::Model {
        name,
        revision,
        register,
        kind,
        time_ms,
        deleted,
        format,
        document,
        sha256,
    } = version;
    let damaged = |what| Error::corrupt(format!("`{name}` at revision {revision}: {what}"));
    let (false, Some(format), Some(json), Some(sha256)) = (deleted, format, document, sha256) else {
        return Err(damaged("it is current and has no document"));
    };
    // Before anything else is believed: a row that somebody has edited may be well-formed.
    let digest: Digest = Sha256::digest(&json).into();
    if sha256 != digest {
        return Err(damaged("the document does not have its digest"));
    }
    let (json, digest) = match sealed {
        None => (json, digest),
        Some(sealed) => {
            let text = commitment::text(&sealed).ok_or_else(|| damaged("it is not what was committed to"))?;
            let digest = Sha256::digest(&text).into();
            (text, digest)
        }
    };
    let parsed: ResourceName = name.parse().map_err(|_| damaged("it is no name"))?;
    if parsed.register_id().as_str() != register || parsed.kind().collection() != kind {
        return Err(damaged("its register or kind is not that of its name"));
    }
    Ok(Stored {
        revision: self::revision(revision).ok_or_else(|| damaged("it is no revision"))?,
        time: Timestamp::from_millisecond(time_ms).map_err(|_| damaged("its time is out of range"))?,
        format: u16::try_from(format).map_err(|_| damaged("its format is out of range"))?,
        name: parsed,
        json,
        digest,
    })
}

/// A revision as it is stored.
pub fn revision(number: i64) -> Option<Revision> {
    u64::try_from(number).ok().map(Revision::new)
}
