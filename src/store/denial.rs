//! Changes that were denied: entries of the audit log that are no revision.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use serde::Serialize;

use super::{Digest, Error, Store, engine, entity::audit_entry, head, leaf, tree, write::number};

/// Changes of one caller that were denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Who asked for them; none: a caller that was not identified.
    pub actor: Option<String>,
    /// The full name of the method that was called.
    pub method: String,
    /// How often.
    pub count: u64,
    /// When last.
    pub time: Timestamp,
}

// As with every leaf: what is stored stays as it is.
#[derive(Serialize)]
struct Leaf<'a> {
    v: u8,
    log_index: u64,
    id: String,
    time: String,
    r#type: &'static str,
    actor: Option<&'a str>,
    method: &'a str,
    count: u64,
    server: leaf::Server,
}

impl Store {
    /// Writes a denial into the audit log. No revision comes of it.
    pub async fn denial_put(&self, denial: &Denial) -> Result<u64, Error> {
        const DOING: &str = "writing a denial";
        let turn = tokio::time::timeout(self.options.acquire_timeout, self.turn.lock()).await;
        let _turn = turn.map_err(|_| Error::Conflict {
            doing: DOING,
            source: None,
        })?;
        let patience = self.options.answer_timeout();
        let (transaction, index) = engine::answered(patience * 3, DOING, self.denial_append(denial)).await?;
        let committed = tokio::time::timeout(patience, transaction.commit()).await;
        // What was not answered may have been done.
        let committed = committed.map_err(|_| Error::OutcomeUnknown {
            source: "the database does not answer".into(),
        })?;
        committed.map_err(Error::commit).map(|()| index)
    }

    async fn denial_append(&self, denial: &Denial) -> Result<(DatabaseTransaction, u64), Error> {
        const DOING: &str = "writing a denial";
        let transaction = match self.begin_write().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.explain(DOING, error).await),
        };
        let index = append(&transaction, denial).await?;
        Ok((transaction, index))
    }
}

async fn append(transaction: &DatabaseTransaction, denial: &Denial) -> Result<u64, Error> {
    let failed = |error| Error::database("writing a denial", error);
    let row = head::hold(transaction).await.map_err(failed)?;
    let (_, mut frontier) = head::head(row)?;
    let log_index = frontier.size() + 1;
    let leaf = Leaf {
        v: 1,
        log_index,
        id: leaf::entry_id(denial.time).to_string(),
        time: format!("{:.3}", denial.time),
        r#type: "access.denied",
        actor: denial.actor.as_deref(),
        method: &denial.method,
        count: denial.count,
        server: leaf::Server::this(),
    };
    let leaf = serde_json::to_vec(&leaf).map_err(|error| Error::Unexpected {
        doing: "writing a denial",
        source: error.into(),
    })?;
    let leaf_hash: Digest = tree::leaf_hash(&leaf);
    frontier.append(leaf_hash);
    let row = audit_entry::ActiveModel {
        log_index: Set(number(log_index)?),
        revision: Set(None),
        leaf: Set(leaf),
        leaf_hash: Set(leaf_hash.to_vec()),
    };
    audit_entry::Entity::insert(row)
        .exec_without_returning(transaction)
        .await
        .map_err(failed)?;
    head::log_move(transaction, &frontier, None)
        .await
        .map_err(failed)?;
    Ok(log_index)
}
