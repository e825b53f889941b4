//! The two engines: how a connection to each is set up so that what is acknowledged stays.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, Statement,
    TryGetable,
    sqlx::{
        self, ConnectOptions as _, Connection as _, Database, Executor, PgPool, SqlitePool,
        pool::PoolOptions,
        postgres::{PgConnectOptions, PgListener},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};

use super::{DatabaseUrl, Error, url::Place};

/// How patient the store is, and how wide.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many connections it may hold. A database in memory has one.
    pub max_connections: u32,
    /// How long a call waits for a connection, and a change for its turn in this process.
    pub acquire_timeout: Duration,
    /// How long a statement may run. PostgreSQL only; should be longer than `lock_timeout`.
    pub statement_timeout: Duration,
    /// How long a change waits for one of another process.
    pub lock_timeout: Duration,
    /// How long a change that was begun may pause before PostgreSQL undoes it, so that it does not hold up all others.
    pub idle_in_transaction_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(2),
            lock_timeout: Duration::from_secs(1),
            idle_in_transaction_timeout: Duration::from_secs(5),
        }
    }
}

impl Options {
    /// How long an answer of the database is waited for: a statement that gets a connection at the last moment and takes as
    /// long as it may. A connection that is silent for longer is dead, whatever the network says of it.
    pub fn answer_timeout(&self) -> Duration {
        self.acquire_timeout + self.lock_timeout + self.statement_timeout
    }
}

/// Waits for an answer of the database, but not for ever.
pub async fn answered<T>(
    patience: Duration,
    doing: &'static str,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(patience, answer).await.unwrap_or_else(|_| {
        Err(Error::Unavailable {
            doing,
            source: "the database does not answer".into(),
        })
    })
}

const CONNECTING: &str = "connecting";

/// Opens the database, and refuses one that would lose what it acknowledged.
pub async fn open(url: &DatabaseUrl, options: &Options) -> Result<DatabaseConnection, Error> {
    match &url.0 {
        Place::File(path) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                return Err(Error::Unavailable {
                    doing: CONNECTING,
                    source: "the folder of the SQLite file is not there".into(),
                });
            }
            let connect = SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let db = sqlite(pool_options(options), connect, options).await?;
            sqlite_is_durable(&db).await?;
            Ok(db)
        }
        Place::Memory(connect) => {
            // The database is erased when its last connection closes: there is exactly one, and it never does.
            let pool = pool_options(options).min_connections(1).max_connections(1);
            let pool = pool.idle_timeout(None).max_lifetime(None);
            sqlite(pool, SqliteConnectOptions::clone(connect), options).await
        }
        Place::Postgres(connect) => {
            let limits = [
                ("statement_timeout", millis(options.statement_timeout)),
                ("lock_timeout", millis(options.lock_timeout)),
                (
                    "idle_in_transaction_session_timeout",
                    millis(options.idle_in_transaction_timeout),
                ),
            ];
            let db = postgres(pool_options(options), connect, limits).await?;
            postgres_is_fit(&db).await?;
            Ok(db)
        }
    }
}

/// How many connections there are, and how many of them nobody uses.
pub fn connections(db: &DatabaseConnection) -> (u32, usize) {
    if is_postgres(db) {
        let pool = db.get_postgres_connection_pool();
        (pool.size(), pool.num_idle())
    } else {
        let pool = db.get_sqlite_connection_pool();
        (pool.size(), pool.num_idle())
    }
}

/// Opens a PostgreSQL database for its migrations: one connection for the lock and one for the work, which may take
/// its time. `None` if the engine has no such needs.
pub async fn open_to_migrate(
    url: &DatabaseUrl,
    options: &Options,
) -> Result<Option<DatabaseConnection>, Error> {
    let Place::Postgres(connect) = &url.0 else {
        return Ok(None);
    };
    let limits = [
        ("statement_timeout", "0".to_owned()),
        // Whoever waits for a table's lock makes everybody behind it wait, too.
        ("lock_timeout", "10s".to_owned()),
        ("idle_in_transaction_session_timeout", "0".to_owned()),
    ];
    postgres(pool_options(options).max_connections(2), connect, limits)
        .await
        .map(Some)
}

/// Every pool undoes leftovers on both sides of its door.
///
/// sqlx 0.9.0 returns a connection to the pool with a transaction open if the future that awaits `BEGIN` is dropped
/// (PostgreSQL). The statement that runs on it next would be inside that transaction: acknowledged, and gone when the
/// connection closes.
/// Undone when a connection comes back, so that none lies there in a transaction, and before it is handed out, so that
/// it does not matter how one got there. The latter takes the place of the ping and costs as much.
fn pool_options<DB>(options: &Options) -> PoolOptions<DB>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let patience = options.statement_timeout;
    PoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(move |connection, _| Box::pin(undo_in_time::<DB>(connection, patience)))
        .after_release(move |connection, _| Box::pin(undo_in_time::<DB>(connection, patience)))
}

/// A connection that does not answer is not fit, and would keep its place in the pool.
async fn undo_in_time<DB>(connection: &mut DB::Connection, patience: Duration) -> Result<bool, sqlx::Error>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let undone = tokio::time::timeout(patience, undo_leftovers::<DB>(connection));
    undone.await.unwrap_or(Ok(false))
}

/// Answers whether the connection is fit for use; else, and after an error, the pool closes it.
async fn undo_leftovers<DB>(connection: &mut DB::Connection) -> Result<bool, sqlx::Error>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    // A bare `ROLLBACK` outside of a transaction puts a warning into PostgreSQL's log, every time; this puts one there
    // only if there was something to undo. It fails where a transaction cannot be begun again: in SQLite, and in one
    // that has failed.
    if sqlx::raw_sql("BEGIN; ROLLBACK")
        .execute(&mut *connection)
        .await
        .is_err()
    {
        sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    }
    // What the driver believes. Asked last: its own rollbacks are queued, and carried out before the statement above.
    Ok(!connection.is_in_transaction())
}

async fn sqlite(
    pool: PoolOptions<sqlx::Sqlite>,
    connect: SqliteConnectOptions,
    options: &Options,
) -> Result<DatabaseConnection, Error> {
    let connect = connect
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL is faster, and loses acknowledged changes when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.lock_timeout)
        .foreign_keys(true)
        .disable_statement_logging();
    let pool: SqlitePool = pool.connect_with(connect).await.map_err(unreachable)?;
    Ok(pool.into())
}

/// Not through `sea_orm::Database::connect`, whose span shows the URL with the password at the level TRACE.
async fn postgres(
    pool: PoolOptions<sqlx::Postgres>,
    connect: &PgConnectOptions,
    limits: [(&str, String); 3],
) -> Result<DatabaseConnection, Error> {
    let name = connect.get_application_name().unwrap_or("ropa").to_owned();
    let connect = connect
        .clone()
        .application_name(&name)
        .options(limits)
        // What the lock on the head relies on: the statement that waited for it sees what it waited for.
        .options([("default_transaction_isolation", "read committed")])
        .disable_statement_logging();
    let pool: PgPool = pool.connect_with(connect).await.map_err(unreachable)?;
    Ok(pool.into())
}

pub fn unreachable(error: sqlx::Error) -> Error {
    Error::Unavailable {
        doing: CONNECTING,
        source: DbErr::Conn(RuntimeErr::SqlxError(error.into())).into(),
    }
}

/// What was asked for when connecting is not what every file system gives.
async fn sqlite_is_durable(db: &DatabaseConnection) -> Result<(), Error> {
    if ask::<String>(db, "PRAGMA journal_mode").await?.as_deref() != Some("wal") {
        return Err(Error::Unsuitable {
            why: "SQLite cannot keep a write-ahead log there",
        });
    }
    // 2 is FULL.
    if ask::<i32>(db, "PRAGMA synchronous").await? != Some(2) {
        return Err(Error::Unsuitable {
            why: "SQLite does not wait for the disk",
        });
    }
    Ok(())
}

async fn postgres_is_fit(db: &DatabaseConnection) -> Result<(), Error> {
    // A standby can be behind, and on some services it has shown states that never were.
    if ask::<bool>(db, "SELECT pg_is_in_recovery()").await? != Some(false) {
        return Err(Error::Unsuitable {
            why: "PostgreSQL is a standby; the primary is needed",
        });
    }
    if ask::<String>(db, "SELECT current_setting('server_encoding')")
        .await?
        .as_deref()
        != Some("UTF8")
    {
        return Err(Error::Unsuitable {
            why: "the encoding of the PostgreSQL database is not UTF8",
        });
    }
    Ok(())
}

async fn ask<T: TryGetable>(db: &DatabaseConnection, question: &str) -> Result<Option<T>, Error> {
    let statement = Statement::from_string(db.get_database_backend(), question);
    let row = db
        .query_one_raw(statement)
        .await
        .map_err(|error| Error::database(CONNECTING, error))?;
    row.map(|row| row.try_get_by_index(0))
        .transpose()
        .map_err(|error| Error::database(CONNECTING, error))
}

/// The channel on which servers tell each other of a commit.
pub const CHANNEL: &str = "ropa_revision";

/// Where other servers tell of their commits; none if the engine has no such thing.
///
/// On a connection of its own: those of the pool are for work.
pub async fn listen(url: &DatabaseUrl, options: &Options) -> Result<Option<PgListener>, Error> {
    let Place::Postgres(connect) = &url.0 else {
        return Ok(None);
    };
    let pool = PoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.acquire_timeout);
    let pool: PgPool = pool
        .connect_with(PgConnectOptions::clone(connect))
        .await
        .map_err(unreachable)?;
    let mut listener = PgListener::connect_with(&pool).await.map_err(unreachable)?;
    listener.listen(CHANNEL).await.map_err(unreachable)?;
    Ok(Some(listener))
}

/// Whether a transaction is one of PostgreSQL.
pub fn is_postgres_transaction(transaction: &DatabaseTransaction) -> bool {
    transaction.get_database_backend() == DbBackend::Postgres
}

/// Tells whoever listens that a revision is there, once the transaction is committed.
pub async fn notify(transaction: &DatabaseTransaction, revision: i64) -> Result<(), DbErr> {
    let notify = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), revision.to_string().into()],
    );
    transaction.query_one_raw(notify).await.map(|_| ())
}

/// Takes what was deleted out of the files: SQLite leaves copies in pages that it rearranged and in its log, PostgreSQL in
/// dead rows. What the operating system, backups and PostgreSQL's own log hold stays.
pub async fn scrub(db: &DatabaseConnection) -> Result<(), Error> {
    const DOING: &str = "taking out what was erased";
    let failed = |error| Error::database(DOING, error);
    if is_postgres(db) {
        db.execute_unprepared("VACUUM commitment").await.map_err(failed)?;
        return Ok(());
    }
    db.execute_unprepared("VACUUM").await.map_err(failed)?;
    // Where a reader still needs the log, it says so and does nothing; readers are quick.
    for _ in 0..50 {
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = db.query_one_raw(statement).await.map_err(failed)?;
        let busy: Option<i64> = row
            .map(|row| row.try_get_by_index(0))
            .transpose()
            .map_err(failed)?;
        if busy == Some(0) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(Error::Conflict {
        doing: DOING,
        source: None,
    })
}

/// Whether the engine is PostgreSQL; else it is SQLite.
pub fn is_postgres(db: &DatabaseConnection) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}
