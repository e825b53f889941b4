//! Documents as they are now.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use sha2::{Digest as _, Sha256};

use crate::domain::name::{RegisterId, ResourceKind, ResourceName, Revision};

use super::{
    Digest, Error, commitment,
    entity::{current, version},
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
    /// The SHA-256 of these bytes, checked when they were read; of a document that can be erased the salted one, from which
    /// nobody finds out what it said.
    pub digest: Digest,
}

/// A version as it is stored, and what it stands for.
#[derive(Debug)]
pub struct Row {
    pub version: version::Model,
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
pub async fn unsealed<C: ConnectionTrait>(db: &C, versions: Vec<version::Model>) -> Result<Vec<Row>, DbErr> {
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

/// Everything current of a register, in the order of names' bytes. It is of one moment only inside a transaction that sees
/// one.
pub async fn select_all<C: ConnectionTrait>(
    transaction: &C,
    register: &RegisterId,
) -> Result<Vec<Row>, DbErr> {
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let mut page = present().filter(current::Column::Register.eq(register.as_str()));
        if let Some(last) = rows.last() {
            page = page.filter(current::Column::Name.gt(last.version.name.clone()));
        }
        let page = page.order_by_asc(current::Column::Name).limit(PAGE);
        let page = unsealed(transaction, page.all(transaction).await?).await?;
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
            let digest = Digest::try_from(sealed.digest).map_err(|_| damaged("it has no digest"))?;
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
