//! The history of the database's schema.
//!
//! A published migration is never edited; the next one repairs it. This crate knows nothing of the service's types,
//! because a migration must mean the same in five years: it says everything in SQL.

use std::collections::HashSet;

use sea_orm_migration::{
    MigrationTrait, MigratorTrait, SchemaManager,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement},
};

use lock::Lock;

mod lock;
mod m20261124_000001_create_tables;
mod m20261129_000002_history_requests_counters;

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else has been migrating this database for longer than anybody should.
    #[error("another migration is still running")]
    Locked,
    /// The lock file beside a SQLite database cannot be used.
    #[error("the lock file of the migrations cannot be used")]
    LockFile(#[source] std::io::Error),
    /// The database refused or could not be reached. The migration that failed left nothing behind.
    #[error("the database did not carry out a migration")]
    Database(#[source] DbErr),
}

/// Runs every migration that has not run yet, and answers how many ran.
///
/// Processes that do so at the same time wait for each other: sea-orm itself takes no lock, and two of three
/// concurrent migrators fail. On PostgreSQL the lock is held on a connection of its own, so the pool must allow two;
/// neither of them may have a statement timeout that a long migration reaches.
pub async fn up(db: &DatabaseConnection) -> Result<usize, Error> {
    let lock = Lock::acquire(db).await?;
    // Counted under the lock: whoever had it before may have done the work. Asked before the migrator is, because
    // that refuses a database in which a newer binary has already run more than is known here.
    let count = pending(db).await.map_err(Error::Database)?.len();
    if count > 0 {
        Migrator::up(db, None).await.map_err(Error::Database)?;
    }
    lock.release().await?;
    Ok(count)
}

/// The names of the migrations that still have to run: those known here minus those applied.
///
/// What a newer binary has applied beyond them is ignored, so that a binary can be rolled back without its schema.
/// Changes nothing, not even in an empty database.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let applied = applied(db).await?;
    let ours = Migrator::migrations();
    Ok(ours
        .iter()
        .map(|migration| migration.name().to_owned())
        .filter(|name| !applied.contains(name))
        .collect())
}

async fn applied(db: &DatabaseConnection) -> Result<HashSet<String>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(HashSet::new());
    }
    let select = Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations");
    db.query_all_raw(select)
        .await?
        .into_iter()
        .map(|row| row.try_get_by_index(0))
        .collect()
}

/// Runs the statements of the engine that there is.
async fn per_engine(manager: &SchemaManager<'_>, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let statements = match db.get_database_backend() {
        DbBackend::Postgres => postgres,
        DbBackend::Sqlite => sqlite,
        other => {
            let wrong = format!("there are no migrations for {}", other.as_str());
            return Err(DbErr::Migration(wrong));
        }
    };
    db.execute_unprepared(statements).await.map(|_| ())
}

struct Migrator;

#[sea_orm_migration::async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_tables::Migration),
            Box::new(m20261129_000002_history_requests_counters::Migration),
        ]
    }
}
