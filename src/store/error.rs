//! What can go wrong at rest.

use std::error::Error as StdError;

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, sqlite::SqliteError},
};

use super::change::InvalidChange;

/// What the driver said: for the log, never for a client.
type Source = Box<dyn StdError + Send + Sync>;

/// Why the store did not do what it was asked. Each variant asks something else of the caller.
///
/// No variant shows what the driver said; [`source`](StdError::source) has it, for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, has no room, refuses writes or is too slow. Nothing was changed: later.
    #[error("the database is not available for {doing}")]
    Unavailable {
        /// What was asked, as in "for reading the head".
        doing: &'static str,
        /// What the driver said.
        source: Source,
    },
    /// Another change was in the way. Nothing was changed: again, at once.
    #[error("another change was in the way of {doing}")]
    Conflict {
        /// What was asked, as in "in the way of committing".
        doing: &'static str,
        /// What the driver said; none if the change was still waiting for its turn in this process.
        source: Option<Source>,
    },
    /// The connection broke while the change was being committed: it may be done or not. Find out before doing it
    /// again.
    #[error("it is unknown whether the change was committed")]
    OutcomeUnknown {
        /// What the driver said.
        source: Source,
    },
    /// What is stored is not what was written. An operator must look; nothing may be decided on it.
    #[error("the store is damaged: {what}")]
    Corrupt {
        /// What does not fit, and where.
        what: String,
        /// What the driver said, if it was the one to notice.
        source: Option<Source>,
    },
    /// The schema is older than this binary.
    #[error("the database has not been migrated")]
    NotMigrated,
    /// A register may not be kept in this database.
    #[error("the database is not fit for a register: {why}")]
    Unsuitable {
        /// What it lacks.
        why: &'static str,
    },
    /// The change contradicts itself or what is stored. Nothing was changed, and asking again will not help.
    #[error("the change cannot be made")]
    Invalid(#[source] InvalidChange),
    /// The database refused something that is always right: a bug, or somebody has changed the schema.
    #[error("the database failed at {doing}")]
    Unexpected {
        /// What was asked, as in "failed at reading the head".
        doing: &'static str,
        /// What the driver said.
        source: Source,
    },
}

impl Error {
    /// Something stored that makes no sense.
    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt {
            what: what.into(),
            source: None,
        }
    }

    /// What an error of the database means while `doing` something that had no other meaning for it.
    pub(super) fn database(doing: &'static str, error: DbErr) -> Self {
        match Class::of(&error) {
            Class::Unavailable => Self::Unavailable {
                doing,
                source: error.into(),
            },
            Class::Conflict => Self::Conflict {
                doing,
                source: Some(error.into()),
            },
            Class::Corrupt => Self::Corrupt {
                what: format!("the database reports it at {doing}"),
                source: Some(error.into()),
            },
            Class::Unexpected => Self::Unexpected {
                doing,
                source: error.into(),
            },
        }
    }

    /// The same for the insertion of rows whose keys follow from the locked head: if they are there already, somebody
    /// has set the head back.
    pub(super) fn insertion(doing: &'static str, error: DbErr) -> Self {
        match error.sql_err() {
            Some(_) => Self::Corrupt {
                what: format!("rows are ahead of the head at {doing}"),
                source: Some(error.into()),
            },
            None => Self::database(doing, error),
        }
    }

    /// The same for the insertion of a row that another may have inserted first.
    pub(super) fn taken(doing: &'static str, error: DbErr) -> Self {
        match error.sql_err() {
            Some(_) => Self::Conflict {
                doing,
                source: Some(error.into()),
            },
            None => Self::database(doing, error),
        }
    }

    /// The same for the `COMMIT`, of which a broken connection does not tell whether it was carried out.
    pub(super) fn commit(error: DbErr) -> Self {
        let answered = matches!(driver_error(&error), Some(sqlx::Error::Database(_)));
        // An error of the disk in SQLite is an answer, but none to this question.
        if !answered || sqlite_code(&error) == Some(SQLITE_IOERR) {
            return Self::OutcomeUnknown { source: error.into() };
        }
        Self::database("committing", error)
    }
}

impl From<InvalidChange> for Error {
    fn from(why: InvalidChange) -> Self {
        Self::Invalid(why)
    }
}

enum Class {
    Unavailable,
    Conflict,
    Corrupt,
    Unexpected,
}

const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;
const SQLITE_NOTADB: u32 = 26;

impl Class {
    fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => return Self::Unavailable,
            // A value of another type than the column's.
            DbErr::Type(_) | DbErr::TryIntoErr { .. } => return Self::Corrupt,
            _ => {}
        }
        if let Some(code) = sqlite_code(error) {
            return match code {
                SQLITE_BUSY | SQLITE_LOCKED => Self::Conflict,
                SQLITE_READONLY | SQLITE_IOERR | SQLITE_FULL | SQLITE_CANTOPEN => Self::Unavailable,
                SQLITE_CORRUPT | SQLITE_NOTADB => Self::Corrupt,
                _ => Self::Unexpected,
            };
        }
        match driver_error(error) {
            Some(sqlx::Error::Database(database)) => {
                database.code().map_or(Self::Unexpected, |code| postgres(&code))
            }
            Some(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => Self::Corrupt,
            Some(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed,
            ) => Self::Unavailable,
            _ => Self::Unexpected,
        }
    }
}

/// By the classes of PostgreSQL's error codes.
fn postgres(code: &str) -> Class {
    match code {
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => Class::Conflict,
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Class::Corrupt,
        // read_only_sql_transaction: a standby, perhaps since a moment ago; query_canceled: the time is up;
        // idle_in_transaction_session_timeout
        "25006" | "57014" | "25P03" => Class::Unavailable,
        // connections, authorisation, no such database, resources, operator intervention, system errors
        _ if ["08", "28", "3D", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            Class::Unavailable
        }
        _ => Class::Unexpected,
    }
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// SQLite's primary result code: the low byte of the extended one, which the driver tells.
fn sqlite_code(error: &DbErr) -> Option<u32> {
    let Some(sqlx::Error::Database(database)) = driver_error(error) else {
        return None;
    };
    database.try_downcast_ref::<SqliteError>()?;
    database.code()?.parse().ok().map(|code: u32| code & 0xff)
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use super::*;

    fn driver(error: sqlx::Error) -> DbErr {
        DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
    }

    fn broken() -> sqlx::Error {
        io::Error::new(io::ErrorKind::ConnectionReset, "secret of the driver").into()
    }

    #[test]
    fn a_connection_that_breaks_tells_nothing_about_a_commit() {
        let error = Error::commit(driver(broken()));
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error:?}");
        let error = Error::database("reading", driver(broken()));
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        // The log gets what the client does not.
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(
            error
                .source()
                .is_some_and(|source| source.to_string().contains("secret"))
        );
    }

    #[test]
    fn codes_of_postgresql_have_a_meaning() {
        for (code, unavailable, conflict) in [
            ("40001", false, true),
            ("55P03", false, true),
            ("57P01", true, false),
            ("53100", true, false),
            ("57014", true, false),
            ("42P01", false, false),
            ("23514", false, false),
        ] {
            let class = postgres(code);
            assert_eq!(matches!(class, Class::Unavailable), unavailable, "{code}");
            assert_eq!(matches!(class, Class::Conflict), conflict, "{code}");
        }
    }
}
