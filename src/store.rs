//! The register at rest: documents, their history and the accountability log, on SQLite or PostgreSQL.
//!
//! This is the only room that speaks SQL. It knows names, revisions and digests; what a document says is bytes to it,
//! and whether a change is allowed is decided elsewhere. A row never leaves the room.
//!
//! **Run every write in a task of its own** and only await that task:
//!
//! ```text
//! tokio::spawn(async move { let write = store.write(None).await?; …; write.commit(change).await }).await
//! ```
//!
//! A request whose client hangs up is dropped wherever it awaits. Dropped while `COMMIT` is under way it would leave
//! nobody who knows what became of the change. Dropped while `BEGIN` is, sqlx 0.9.0 returns the connection to the pool
//! with the transaction open, and the next statement on it, somebody else's, would be acknowledged inside it and lost.
//! The pool undoes such leftovers (see `engine`), so the task is the first of two fences; neither is to be taken down
//! because there is the other.
//!
//! What holds here:
//! - A change is one revision, one audit entry, one transaction. What is not audited has not happened.
//! - Revisions are counted over the whole store without gaps; they are taken from a locked row, never from a sequence.
//! - What was stored is never changed: versions, entries and their contents are only inserted. What may be erased
//!   (the words of a reason, who a contact person is) stands in a table of its own.
//! - A document that does not have its digest is an error, never an answer.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    AccessMode, ColumnTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, IsolationLevel,
    QueryFilter, QueryOrder, QuerySelect, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sqlx::postgres::PgListener;
use tokio::{sync::Mutex, time::timeout};

use crate::domain::name::{RegisterId, ResourceName, Revision};

use entity::{audit_entry, revision};

pub use change::{Change, ChangeKind, Committed, Erasing, InvalidChange, Mutation};
pub use denial::Denial;
pub use document::Stored;
pub use engine::Options;
pub use error::Error;
pub use head::{Head, Incarnation};
pub use history::{Entry, Past, Revisions, Version};
pub use leaf::Effect;
pub use observed::{Observations, Observed};
pub use request::{Done, Request};
pub use url::{DatabaseUrl, InvalidDatabaseUrl};
pub use write::Write;

mod change;
mod commitment;
#[cfg(test)]
mod contract;
mod denial;
mod document;
mod engine;
mod entity;
mod error;
mod head;
mod hex;
mod history;
mod leaf;
mod observed;
mod request;
mod tree;
mod url;
mod write;

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// The register at rest. A clone is the same store.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    url: DatabaseUrl,
    options: Options,
    /// The queue of this process's changes. One at a time gets as far as the head's lock: waiting there would take a
    /// connection from the readers, and SQLite wakes its waiters in no order.
    turn: Arc<Mutex<()>>,
}

/// What is current of a register.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Where the store stood when it was read.
    pub head: Head,
    /// The revision in which anything in it last changed.
    pub changed: Option<Revision>,
    /// The documents, in the order of their names' bytes.
    pub documents: Vec<Stored>,
}

/// What has changed after a revision.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Where the register stood when it was read.
    pub head: Head,
    /// The leaf hash of the audit entry of the revision before, in the same moment: if it is another than it was, so is the
    /// store.
    pub before: Option<Digest>,
    /// All of each register that was changed, in the order of names' bytes; nothing where it was deleted.
    pub registers: Vec<(RegisterId, Vec<Stored>)>,
}

/// How the connections to the database stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// How many there are.
    pub open: u32,
    /// How many of them nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

/// What is heard of the commits of other servers.
#[derive(Debug)]
pub struct Hints(Option<PgListener>);

impl Hints {
    /// Waits for the next hint; for ever where there are none.
    pub async fn next(&mut self) -> Result<(), Error> {
        match &mut self.0 {
            None => std::future::pending().await,
            Some(listener) => listener.recv().await.map(|_| ()).map_err(engine::unreachable),
        }
    }
}

/// Reading many documents takes many statements.
const BULK: u32 = 10;

impl Store {
    /// Opens the store; makes the file of a SQLite database that is not there. Does not migrate it.
    ///
    /// Refuses a database that would lose what it acknowledged: SQLite without write-ahead log or full
    /// synchronisation, a standby of PostgreSQL.
    pub async fn connect(url: &DatabaseUrl, options: &Options) -> Result<Self, Error> {
        let db = engine::open(url, options).await?;
        Ok(Self {
            db,
            url: url.clone(),
            options: options.clone(),
            turn: Arc::default(),
        })
    }

    /// Brings the schema up to date and answers how many migrations that took. Processes that do so at the same time
    /// wait for each other.
    pub async fn migrate(&self) -> Result<usize, Error> {
        let migrated = match engine::open_to_migrate(&self.url, &self.options).await? {
            Some(own) => {
                let migrated = migrations::up(&own).await;
                // What could go wrong in closing it has no bearing on the schema.
                let _ = own.close().await;
                migrated
            }
            None => migrations::up(&self.db).await,
        };
        migrated.map_err(|error| match error {
            migrations::Error::Database(error) => Error::database("migrating", error),
            migrations::Error::Locked => Error::Conflict {
                doing: "migrating",
                source: Some(error.into()),
            },
            migrations::Error::LockFile(_) => Error::Unavailable {
                doing: "migrating",
                source: error.into(),
            },
        })
    }

    /// How many migrations still have to run before the store can be used. What a newer binary has run beyond ours does
    /// not count.
    pub async fn pending(&self) -> Result<usize, Error> {
        let pending = migrations::pending(&self.db).await;
        Ok(pending
            .map_err(|error| Error::database("reading the schema's version", error))?
            .len())
    }

    /// Where the register stands.
    pub async fn head(&self) -> Result<Head, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(patience, "reading the head", self.head_unbounded()).await
    }

    async fn head_unbounded(&self) -> Result<Head, Error> {
        match head::find(&self.db).await {
            Ok(row) => head::head(row).map(|(head, _)| head),
            Err(error) => Err(self.explain("reading the head", error).await),
        }
    }

    /// The leaf hash of the audit entry of a revision, as [`Head::digest`] told it when that revision was the latest;
    /// none if there is no such revision. If it has changed, this is another store than it was.
    pub async fn digest_at(&self, revision: Revision) -> Result<Option<Digest>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(
            patience,
            "reading the audit log",
            self.digest_at_unbounded(revision),
        )
        .await
    }

    async fn digest_at_unbounded(&self, revision: Revision) -> Result<Option<Digest>, Error> {
        let Ok(number) = i64::try_from(revision.number()) else {
            return Ok(None);
        };
        let find = audit_entry::Entity::find().filter(audit_entry::Column::Revision.eq(number));
        match find.one(&self.db).await {
            Ok(None) => Ok(None),
            Ok(Some(entry)) => {
                let digest = Digest::try_from(entry.leaf_hash).map(Some);
                digest.map_err(|_| {
                    Error::corrupt(format!("the audit entry of revision {revision} has no digest"))
                })
            }
            Err(error) => Err(self.explain("reading the audit log", error).await),
        }
    }

    /// Everything current of one register, as of one revision.
    pub async fn read_register(&self, register: &RegisterId) -> Result<Contents, Error> {
        let patience = self.options.answer_timeout() * BULK;
        engine::answered(
            patience,
            "reading a register",
            self.read_register_unbounded(register),
        )
        .await
    }

    async fn read_register_unbounded(&self, register: &RegisterId) -> Result<Contents, Error> {
        const DOING: &str = "reading the register";
        let transaction = match self.begin_read().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.explain(DOING, error).await),
        };
        let (row, changed, rows) = match read_one(&transaction, register).await {
            Ok(read) => read,
            Err(error) => {
                drop(transaction);
                return Err(self.explain(DOING, error).await);
            }
        };
        drop(transaction);
        let (head, _) = head::head(row)?;
        let documents = rows.into_iter().map(document::stored).collect::<Result<_, _>>()?;
        Ok(Contents {
            head,
            changed,
            documents,
        })
    }

    /// What has changed after a revision: the head, and all of each register that was changed.
    pub async fn read_changes(&self, since: Revision) -> Result<Changes, Error> {
        let patience = self.options.answer_timeout() * BULK;
        engine::answered(
            patience,
            "reading what has changed",
            self.read_changes_unbounded(since),
        )
        .await
    }

    async fn read_changes_unbounded(&self, since: Revision) -> Result<Changes, Error> {
        const DOING: &str = "reading what has changed";
        let transaction = match self.begin_read().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.explain(DOING, error).await),
        };
        let (row, before, registers) = match read_changed(&transaction, since).await {
            Ok(read) => read,
            Err(error) => {
                drop(transaction);
                return Err(self.explain(DOING, error).await);
            }
        };
        drop(transaction);
        let (head, _) = head::head(row)?;
        let mut changed = Vec::with_capacity(registers.len());
        for (register, rows) in registers {
            let register = register
                .parse()
                .map_err(|_| Error::corrupt(format!("`{register}` is no register")))?;
            let documents = rows.into_iter().map(document::stored).collect::<Result<_, _>>()?;
            changed.push((register, documents));
        }
        Ok(Changes {
            head,
            before,
            registers: changed,
        })
    }

    /// The document of this name, if the resource is there.
    pub async fn document_get(&self, name: &ResourceName) -> Result<Option<Stored>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(patience, "reading a document", self.document_get_unbounded(name)).await
    }

    async fn document_get_unbounded(&self, name: &ResourceName) -> Result<Option<Stored>, Error> {
        match document::find(&self.db, name).await {
            Ok(row) => row.map(document::stored).transpose(),
            Err(error) => Err(self.explain("reading a document", error).await),
        }
    }

    /// What came of a request, if it was carried out and is remembered.
    pub async fn request_find(&self, request: &Request) -> Result<Option<Done>, Error> {
        let patience = self.options.answer_timeout();
        engine::answered(
            patience,
            "looking for a request",
            self.request_find_unbounded(request),
        )
        .await
    }

    async fn request_find_unbounded(&self, request: &Request) -> Result<Option<Done>, Error> {
        match request::find(&self.db, request).await {
            Ok(row) => row.map(request::done).transpose(),
            Err(error) => Err(self.explain("looking for a request", error).await),
        }
    }

    /// Remembers that a request changed nothing at this revision, and answers what came of it: another of the same may have
    /// been quicker.
    pub async fn request_put(
        &self,
        request: &Request,
        revision: Revision,
        time: jiff::Timestamp,
    ) -> Result<Done, Error> {
        const DOING: &str = "remembering a request";
        let put = async {
            let done = match request::put_unchanged(&self.db, request, revision, time).await {
                Ok(row) => row,
                Err(error) => return Err(self.explain(DOING, error).await),
            };
            done.map(request::done)
                .transpose()?
                .ok_or_else(|| Error::corrupt("a remembered request"))
        };
        engine::answered(self.options.answer_timeout(), DOING, put).await
    }

    /// Begins a change. From now on every other change waits, in this process and in others, so what happens until
    /// the commit should be quick. Waits for its turn no longer than the caller does.
    pub async fn write(&self, patience: Option<Duration>) -> Result<Write, Error> {
        const DOING: &str = "beginning a change";
        let longest = self.options.acquire_timeout;
        let patience = patience.map_or(longest, |patience| patience.min(longest));
        let turn = timeout(patience, Arc::clone(&self.turn).lock_owned()).await;
        let turn = turn.map_err(|_| Error::Conflict {
            doing: DOING,
            source: None,
        })?;
        let patience = self.options.answer_timeout();
        let (transaction, row) = engine::answered(patience, DOING, self.lock()).await?;
        let (head, frontier) = head::head(row)?;
        Ok(Write {
            transaction,
            patience,
            revision: head.revision,
            frontier,
            _turn: turn,
        })
    }

    /// Begins a transaction that has the head.
    async fn lock(&self) -> Result<(DatabaseTransaction, Option<entity::head::Model>), Error> {
        const DOING: &str = "beginning a change";
        let transaction = match self.begin_write().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.explain(DOING, error).await),
        };
        match head::advance(&transaction).await {
            Ok(row) => Ok((transaction, row)),
            Err(error) => {
                drop(transaction);
                Err(self.explain(DOING, error).await)
            }
        }
    }

    /// Hears of the commits of other servers; hears nothing where the engine tells none. A hint only: it may come late,
    /// twice or never.
    pub async fn hints(&self) -> Result<Hints, Error> {
        engine::listen(&self.url, &self.options).await.map(Hints)
    }

    /// Takes erased contents out of the engine's files, where deleting alone leaves copies.
    pub async fn scrub(&self) -> Result<(), Error> {
        engine::scrub(&self.db).await
    }

    /// How its connections stand.
    pub fn pool(&self) -> Pool {
        let (open, idle) = engine::connections(&self.db);
        Pool {
            open,
            idle: u32::try_from(idle).unwrap_or(u32::MAX),
            most: self.options.max_connections,
        }
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) -> Result<(), Error> {
        self.db
            .close_by_ref()
            .await
            .map_err(|error| Error::database("closing", error))
    }

    async fn begin_read(&self) -> Result<DatabaseTransaction, DbErr> {
        if engine::is_postgres(&self.db) {
            let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            self.db.begin_with_config(Some(isolation), Some(access)).await
        } else {
            // A transaction that reads sees one state of the write-ahead log from its first read to its end.
            self.db.begin().await
        }
    }

    async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        let mut options = TransactionOptions::default();
        if !engine::is_postgres(&self.db) {
            // One that begins as a reader cannot become the writer if another has written in between.
            options.sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
        }
        self.db.begin_with_options(options).await
    }

    /// What an error of the database means. No connection may be held: this may take one to look at the schema, because
    /// the engines have no common word for a table that is not there.
    async fn explain(&self, doing: &'static str, error: DbErr) -> Error {
        let error = Error::database(doing, error);
        if matches!(error, Error::Unexpected { .. }) && self.pending().await.is_ok_and(|pending| pending > 0)
        {
            return Error::NotMigrated;
        }
        error
    }
}

type Changed = Vec<(String, Vec<document::Row>)>;

async fn read_changed(
    transaction: &DatabaseTransaction,
    since: Revision,
) -> Result<(Option<entity::head::Model>, Option<Digest>, Changed), DbErr> {
    let head = head::find(transaction).await?;
    let since = i64::try_from(since.number()).unwrap_or(i64::MAX);
    let before = audit_entry::Entity::find().filter(audit_entry::Column::Revision.eq(since));
    let before = before.one(transaction).await?;
    let before = before.and_then(|entry| Digest::try_from(entry.leaf_hash).ok());
    let changed = revision::Entity::find().filter(revision::Column::Revision.gt(since));
    let changed = changed
        .select_only()
        .column(revision::Column::Register)
        .distinct()
        .order_by_asc(revision::Column::Register);
    let names: Vec<String> = changed.into_tuple().all(transaction).await?;
    let mut registers = Vec::with_capacity(names.len());
    for name in names {
        // A name that is none is told apart by whoever makes sense of it.
        let rows = match name.parse() {
            Ok(register) => document::select_all(transaction, &register).await?,
            Err(_) => Vec::new(),
        };
        registers.push((name, rows));
    }
    Ok((head, before, registers))
}

async fn read_one(
    transaction: &DatabaseTransaction,
    register: &RegisterId,
) -> Result<(Option<entity::head::Model>, Option<Revision>, Vec<document::Row>), DbErr> {
    let head = head::find(transaction).await?;
    let changed = history::changed(transaction, register).await?;
    Ok((head, changed, document::select_all(transaction, register).await?))
}
