//! One migrator at a time, over all processes.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
    time::Duration,
};

use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait,
};
use tokio::time::{Instant, sleep};

use crate::Error;

/// The key of the advisory lock: `ropa-mig` in ASCII. Advisory locks are counted per database.
const KEY: i64 = 0x726f_7061_2d6d_6967;

/// How long to wait for another migrator, and how often to look.
const PATIENCE: Duration = Duration::from_mins(10);
const INTERVAL: Duration = Duration::from_millis(50);

/// The right to migrate. Dropping it gives it back.
pub enum Lock {
    /// An advisory lock lives as long as this transaction, which does nothing else.
    Postgres(DatabaseTransaction),
    /// An operating system's lock lives as long as this file is open. The file itself stays: removing it would let
    /// one process lock the removed file and another a new one.
    File(#[expect(dead_code, reason = "holds the lock by being open")] File),
    /// A database in memory is nobody else's.
    Memory,
}

impl Lock {
    pub async fn acquire(db: &DatabaseConnection) -> Result<Self, Error> {
        match db.get_database_backend() {
            DbBackend::Postgres => postgres(db).await,
            _ => match lock_file(db).await.map_err(Error::Database)? {
                Some(path) => file(path).await,
                None => Ok(Self::Memory),
            },
        }
    }

    pub async fn release(self) -> Result<(), Error> {
        match self {
            Self::Postgres(transaction) => transaction.rollback().await.map_err(Error::Database),
            Self::File(_) | Self::Memory => Ok(()),
        }
    }
}

/// Asks again and again instead of waiting inside PostgreSQL: a statement that waits holds a snapshot, and a
/// `CREATE INDEX CONCURRENTLY` of whoever has the lock waits for every snapshot.
async fn postgres(db: &DatabaseConnection) -> Result<Lock, Error> {
    let transaction = db.begin().await.map_err(Error::Database)?;
    let question = format!("SELECT pg_try_advisory_xact_lock({KEY})");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let question = Statement::from_string(DbBackend::Postgres, question.as_str());
        let row = transaction
            .query_one_raw(question)
            .await
            .map_err(Error::Database)?;
        let granted = row
            .map_or(Ok(false), |row| row.try_get_by_index(0))
            .map_err(Error::Database)?;
        if granted {
            return Ok(Lock::Postgres(transaction));
        }
        pause(deadline).await?;
    }
}

async fn file(path: PathBuf) -> Result<Lock, Error> {
    let file = File::create(path).map_err(Error::LockFile)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock::File(file)),
            Err(TryLockError::WouldBlock) => pause(deadline).await?,
            Err(TryLockError::Error(error)) => return Err(Error::LockFile(error)),
        }
    }
}

/// The file to lock, beside the database; none for a database in memory.
async fn lock_file(db: &DatabaseConnection) -> Result<Option<PathBuf>, DbErr> {
    let question = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Sqlite, question))
        .await?;
    let file: Option<String> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    Ok(file
        .filter(|file| !file.is_empty())
        .map(|file| PathBuf::from(format!("{file}.lock"))))
}

async fn pause(deadline: Instant) -> Result<(), Error> {
    if Instant::now() >= deadline {
        return Err(Error::Locked);
    }
    sleep(INTERVAL).await;
    Ok(())
}
