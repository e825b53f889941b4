//! Requests that were carried out: sent again, they have no second effect (AIP-155).

use jiff::{Timestamp, ToSpan as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait, QueryFilter,
};

use super::{
    Digest, Error,
    document::revision,
    entity::request::{ActiveModel, Column, Entity, Model},
};
use crate::domain::name::Revision;

/// A request as its caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub caller: String,
    /// The full name of the method.
    pub method: String,
    /// The id that the caller chose.
    pub id: String,
    /// SHA-256 of everything else in the request: the same id with another request is a mistake of the caller.
    pub payload: Digest,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The revision that it became.
    pub revision: Revision,
    /// What the request was.
    pub payload: Digest,
    /// Whether it changed anything; else that is the revision at which it did not.
    pub changed: bool,
}

/// How long a request is remembered, in hours.
const KEPT: i64 = 7 * 24;

/// What came of the request, if it was carried out and is remembered.
pub async fn find<C: ConnectionTrait>(db: &C, request: &Request) -> Result<Option<Model>, DbErr> {
    let key = (request.caller.clone(), request.method.clone(), request.id.clone());
    Entity::find_by_id(key).one(db).await
}

/// Makes sense of a row.
pub fn done(row: Model) -> Result<Done, Error> {
    let damaged = || Error::corrupt("a remembered request");
    Ok(Done {
        revision: revision(row.revision).ok_or_else(damaged)?,
        payload: Digest::try_from(row.payload).map_err(|_| damaged())?,
        changed: row.changed,
    })
}

/// Remembers what became of a request, and forgets those of long ago.
pub async fn put(
    transaction: &DatabaseTransaction,
    request: &Request,
    revision: i64,
    time: Timestamp,
) -> Result<(), DbErr> {
    forget(transaction, time).await?;
    let insert = Entity::insert(row(request, revision, time, true));
    insert.exec_without_returning(transaction).await.map(|_| ())
}

/// Remembers that a request changed nothing, unless it is remembered already; answers what is.
pub async fn put_unchanged(
    db: &DatabaseConnection,
    request: &Request,
    revision: Revision,
    time: Timestamp,
) -> Result<Option<Model>, DbErr> {
    let revision = i64::try_from(revision.number()).unwrap_or(i64::MAX);
    // Whoever applies the same again and again makes nothing but these.
    forget(db, time).await?;
    let insert = Entity::insert(row(request, revision, time, false));
    insert
        .on_conflict_do_nothing_on([Column::Caller, Column::Method, Column::RequestId])
        .exec_without_returning(db)
        .await?;
    find(db, request).await
}

async fn forget<C: ConnectionTrait>(db: &C, now: Timestamp) -> Result<(), DbErr> {
    let old = now.checked_sub(KEPT.hours()).unwrap_or(Timestamp::MIN);
    let forget = Entity::delete_many().filter(Column::TimeMs.lt(old.as_millisecond()));
    forget.exec(db).await.map(|_| ())
}

fn row(request: &Request, revision: i64, time: Timestamp, changed: bool) -> ActiveModel {
    let Request {
        caller,
        method,
        id,
        payload,
    } = request;
    ActiveModel {
        caller: Set(caller.clone()),
        method: Set(method.clone()),
        request_id: Set(id.clone()),
        payload: Set(payload.to_vec()),
        revision: Set(revision),
        changed: Set(changed),
        time_ms: Set(time.as_millisecond()),
    }
}
