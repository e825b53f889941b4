//! Where the register stands: one row, whose lock makes one writer of many.

use std::fmt;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::domain::name::Revision;

use super::{Digest, Error, document, entity::head, tree::Frontier};

/// The only row.
const ID: i32 = 1;

/// Where the register stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The latest committed change; 0 as long as there is none.
    pub revision: Revision,
    /// Which store this is.
    pub incarnation: Incarnation,
    /// The leaf hash of the audit entry of this revision; none at revision 0. Two stores that agree in it have come
    /// the same way; one that was restored from a backup and has moved on disagrees.
    pub digest: Option<Digest>,
}

/// Which store this is: made by chance when the database is first migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Incarnation(Uuid);

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the row.
pub async fn find<C: ConnectionTrait>(db: &C) -> Result<Option<head::Model>, DbErr> {
    head::Entity::find_by_id(ID).one(db).await
}

/// Takes the next revision, and with it the row's lock until the transaction ends: the one order of all changes.
///
/// Not a sequence: that is taken before the commit, so its numbers become visible out of order, and a failed change
/// leaves a gap.
pub async fn advance<C: ConnectionTrait>(transaction: &C) -> Result<Option<head::Model>, DbErr> {
    let next = Expr::col(head::Column::Revision).add(1);
    let update = head::Entity::update_many()
        .col_expr(head::Column::Revision, next)
        .filter(head::Column::Id.eq(ID));
    Ok(update.exec_with_returning(transaction).await?.pop())
}

/// Takes the row's lock without taking a revision: for entries of the log that are none.
pub async fn hold<C: ConnectionTrait>(transaction: &C) -> Result<Option<head::Model>, DbErr> {
    let update = head::Entity::update_many()
        .col_expr(head::Column::Revision, Expr::col(head::Column::Revision))
        .filter(head::Column::Id.eq(ID));
    Ok(update.exec_with_returning(transaction).await?.pop())
}

/// Writes down how far the audit log has come, and the leaf hash of the revision that it came to, if it is one.
pub async fn log_move<C: ConnectionTrait>(
    transaction: &C,
    frontier: &Frontier,
    digest: Option<Digest>,
) -> Result<(), DbErr> {
    use sea_orm::ActiveValue::NotSet;
    let update = head::Entity::update_many()
        .filter(head::Column::Id.eq(ID))
        .set(head::ActiveModel {
            // More entries than fit into the column would take longer than the sun has.
            log_size: Set(i64::try_from(frontier.size()).unwrap_or(i64::MAX)),
            frontier: Set(frontier.to_bytes()),
            digest: digest.map_or(NotSet, |digest| Set(Some(digest.to_vec()))),
            ..Default::default()
        });
    update.exec(transaction).await.map(|_| ())
}

/// Makes sense of the row.
pub fn head(row: Option<head::Model>) -> Result<(Head, Frontier), Error> {
    let damaged = |what: &str| Error::corrupt(format!("the head: {what}"));
    let head::Model {
        id: _,
        revision,
        log_size,
        frontier,
        digest,
        incarnation,
    } = row.ok_or_else(|| damaged("there is none"))?;
    let incarnation = incarnation
        .parse()
        .map_err(|_| damaged("its incarnation is no UUID"))?;
    let digest = digest
        .map(Digest::try_from)
        .transpose()
        .map_err(|_| damaged("its digest is none"))?;
    let frontier = u64::try_from(log_size)
        .ok()
        .and_then(|size| Frontier::from_bytes(size, &frontier));
    let head = Head {
        revision: document::revision(revision).ok_or_else(|| damaged("its revision is none"))?,
        incarnation: Incarnation(incarnation),
        digest,
    };
    Ok((
        head,
        frontier.ok_or_else(|| damaged("its frontier is not of the log's size"))?,
    ))
}
