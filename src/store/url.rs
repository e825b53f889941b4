//! Where the register is kept.

use std::{fmt, net::IpAddr, path::PathBuf, str::FromStr};

use sea_orm::sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

/// Where the register is kept: `sqlite:FILE`, `sqlite::memory:` or `postgres://USER:PASSWORD@HOST/DATABASE`.
///
/// What a PostgreSQL URL does not say is taken from the usual variables (`PGPASSWORD`, `PGSSLMODE`, …) and the
/// password file. Neither [`Display`](fmt::Display) nor [`Debug`](fmt::Debug) shows the password.
#[derive(Clone)]
pub struct DatabaseUrl(pub(super) Place);

/// A [`DatabaseUrl`], taken apart.
#[derive(Clone)]
pub(super) enum Place {
    File(PathBuf),
    /// The connection options name a database of this value alone, so that clones of it open the same one.
    Memory(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// Why a text is not a [`DatabaseUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// Neither of the two engines.
    #[error("a database URL starts with `sqlite:` or `postgres://`")]
    Engine,
    /// The text after `sqlite:` does not name a file.
    #[error("a SQLite URL reads `sqlite:FILE` or `sqlite::memory:`, without parameters")]
    Sqlite,
    /// The text after `postgres://` cannot be read.
    #[error("a PostgreSQL URL reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`")]
    Postgres,
    /// A misspelt `sslmode` that is passed over is a connection without TLS.
    #[error(
        "a PostgreSQL URL has no parameters but `host`, `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name`"
    )]
    Parameter,
}

const PARAMETERS: [&str; 6] = [
    "host",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
];

impl DatabaseUrl {
    /// Whether the database lives in this process: SQLite, which nobody else migrates.
    pub const fn is_embedded(&self) -> bool {
        matches!(self.0, Place::File(_) | Place::Memory(_))
    }

    /// Whether the register travels over a network without anybody checking who is at the other end: PostgreSQL
    /// on another host with less than `sslmode=verify-full`. The driver's default, `prefer`, is less.
    pub fn is_remote_plaintext(&self) -> bool {
        match &self.0 {
            Place::File(_) | Place::Memory(_) => false,
            Place::Postgres(options) => {
                !is_local(options) && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull)
            }
        }
    }
}

fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback())
}

impl Default for DatabaseUrl {
    /// `sqlite:ropa.db`, in the working directory.
    fn default() -> Self {
        Self(Place::File("ropa.db".into()))
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest).map(Self);
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(InvalidDatabaseUrl::Engine);
        }
        // The driver would only log what it does not know, with its value.
        let parameters = text.split_once('?').map_or("", |(_, parameters)| parameters);
        let mut keys = parameters
            .split('&')
            .map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key));
        if !parameters.is_empty() && !keys.all(|key| PARAMETERS.contains(&key)) {
            return Err(InvalidDatabaseUrl::Parameter);
        }
        let options = text.parse().map_err(|_| InvalidDatabaseUrl::Postgres)?;
        Ok(Self(Place::Postgres(Box::new(options))))
    }
}

fn sqlite(rest: &str) -> Result<Place, InvalidDatabaseUrl> {
    let file = rest.strip_prefix("//").unwrap_or(rest);
    // `mode=rwc` is what is done anyway, and many templates say it.
    let file = file.strip_suffix("?mode=rwc").unwrap_or(file);
    if file.is_empty() || file.contains('?') {
        return Err(InvalidDatabaseUrl::Sqlite);
    }
    let options: SqliteConnectOptions = format!("sqlite:{file}")
        .parse()
        .map_err(|_| InvalidDatabaseUrl::Sqlite)?;
    if file == ":memory:" {
        return Ok(Place::Memory(Box::new(options)));
    }
    Ok(Place::File(options.get_filename().to_owned()))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite:{}", path.display()),
            Place::Memory(_) => f.write_str("sqlite::memory:"),
            Place::Postgres(options) => {
                // From the parts, because a part that is not named here cannot be shown by mistake.
                write!(f, "postgres://{}@", options.get_username())?;
                match options.get_socket() {
                    Some(socket) => write!(f, "{}", socket.display())?,
                    None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
                }
                write!(f, "/{}", options.get_database().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn the_password_is_never_shown() {
        for text in [
            "postgres://ropa:hunter2@db.example.org:5432/ropa?sslmode=verify-full",
            "postgresql://ropa:hunter2@db.example.org/ropa",
            "postgres://ropa:hunter2@localhost/ropa?host=/run/postgresql",
        ] {
            let url = url(text);
            let shown = format!("{url} {url:?} {:?}", Some(&url));
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("ropa@"), "{shown}");
        }
    }

    #[test]
    fn sqlite_is_a_file_or_memory() {
        assert_eq!(DatabaseUrl::default().to_string(), "sqlite:ropa.db");
        for (text, shown) in [
            ("sqlite:a/b.db", "sqlite:a/b.db"),
            ("sqlite:///var/lib/ropa.db", "sqlite:/var/lib/ropa.db"),
            ("sqlite:/var/lib/ropa.db?mode=rwc", "sqlite:/var/lib/ropa.db"),
            ("sqlite://ropa.db", "sqlite:ropa.db"),
            ("sqlite::memory:", "sqlite::memory:"),
        ] {
            assert_eq!(url(text).to_string(), shown);
            assert!(!url(text).is_remote_plaintext());
        }
    }

    #[test]
    fn what_nobody_can_open_is_refused() {
        for (text, why) in [
            ("", InvalidDatabaseUrl::Engine),
            ("ropa.db", InvalidDatabaseUrl::Engine),
            ("mysql://localhost/ropa", InvalidDatabaseUrl::Engine),
            ("sqlite:", InvalidDatabaseUrl::Sqlite),
            ("sqlite:ropa.db?mode=ro", InvalidDatabaseUrl::Sqlite),
            ("sqlite:ropa.db?immutable=1", InvalidDatabaseUrl::Sqlite),
            ("postgres://localhost:port/ropa", InvalidDatabaseUrl::Postgres),
            (
                "postgres://localhost/ropa?sslmode=perhaps",
                InvalidDatabaseUrl::Postgres,
            ),
            (
                "postgres://localhost/ropa?sslmod=verify-full",
                InvalidDatabaseUrl::Parameter,
            ),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>().map(|_| ()), Err(why), "{text}");
        }
    }

    #[test]
    fn a_connection_that_anybody_may_answer_is_found() {
        for (text, remote) in [
            ("postgres://ropa@localhost/ropa", false),
            ("postgres://ropa@127.0.0.2/ropa", false),
            ("postgres://ropa@[::1]/ropa", false),
            ("postgres://ropa@db/ropa?host=/run/postgresql", false),
            ("postgres://ropa@%2Frun%2Fpostgresql/ropa", false),
            ("postgres://ropa@db/ropa?sslmode=verify-full", false),
            ("postgres://ropa@db/ropa", true),
            ("postgres://ropa@db/ropa?sslmode=require", true),
            ("postgres://ropa@db/ropa?sslmode=verify-ca", true),
            ("postgres://ropa@10.0.0.1/ropa?sslmode=disable", true),
        ] {
            assert_eq!(url(text).is_remote_plaintext(), remote, "{text}");
        }
    }
}
