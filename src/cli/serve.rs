//! `ropa serve` and `ropa migrate`.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use tokio::net::TcpListener;

use super::manifests::{self, Manifest};
use crate::{
    document::{Draft, InvalidDraft},
    grpc::Reflection,
    register::{self, Apply, Asked, Commit, Keep, Others, Registers},
    replica::chain,
    server::{self, Limits, Options},
    store::{self, DatabaseUrl, Store},
};

/// Where the register is kept.
#[derive(Debug, clap::Args)]
pub struct Database {
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(
        long,
        env = "ROPA_DATABASE_URL",
        default_value = "sqlite:ropa.db",
        hide_env_values = true
    )]
    // Parsed later: clap would print what is wrong with it whole, with the password.
    database_url: String,

    /// Use a PostgreSQL on another host without checking who answers there (less than `sslmode=verify-full`).
    #[arg(long, env = "ROPA_UNSAFE_DATABASE_WITHOUT_VERIFICATION")]
    unsafe_database_without_verification: bool,

    /// Connections to the database at most.
    #[arg(long, env = "ROPA_DATABASE_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=200))]
    database_connections: u32,
}

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    database: Database,

    /// Where to listen. Without TLS and identified callers only loopback addresses are taken.
    #[arg(long, env = "ROPA_LISTEN", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,

    /// Listen on other than loopback addresses, although everybody who reaches them can read and change the register.
    #[arg(long, env = "ROPA_UNSAFE_LISTEN_WITHOUT_AUTHENTICATION")]
    unsafe_listen_without_authentication: bool,

    /// Apply the manifests of these files and folders at start; each folder in them is a register.
    #[arg(long, env = "ROPA_LOAD", value_name = "PATH")]
    load: Vec<PathBuf>,

    /// Run pending migrations before serving. A SQLite file is always migrated: nothing else uses it.
    #[arg(long, env = "ROPA_MIGRATE")]
    migrate: bool,

    /// Decision workers; by default one per core.
    #[arg(long, env = "ROPA_WORKERS")]
    workers: Option<usize>,

    /// How long callers may reuse an answer, in seconds.
    #[arg(
        long,
        env = "ROPA_CACHE_MAX_AGE",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    cache_max_age: u64,

    /// How long checks are answered from what was last read while the database cannot be reached, in seconds; then they are
    /// refused.
    #[arg(
        long,
        env = "ROPA_MAX_STALENESS",
        default_value_t = 300,
        value_name = "SECONDS"
    )]
    max_staleness: u64,

    /// How long calls may go on after a signal to stop, in seconds.
    #[arg(long, env = "ROPA_DRAIN", default_value_t = 10, value_name = "SECONDS")]
    drain: u64,

    /// Calls at once; more are answered RESOURCE_EXHAUSTED.
    #[arg(long, env = "ROPA_MAX_CALLS", default_value_t = 1024, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_calls: u32,

    /// Connections at once; more wait.
    #[arg(
        long,
        env = "ROPA_MAX_CONNECTIONS",
        default_value_t = 4096,
        value_name = "CONNECTIONS",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    max_connections: u32,

    /// Days for which counters of what callers asked are kept; 0: nothing is counted.
    #[arg(long, env = "ROPA_OBSERVED_DAYS", default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(0..=3660))]
    observed_days: i32,

    /// Do not describe the contract to clients (gRPC reflection).
    #[arg(long, env = "ROPA_NO_REFLECTION")]
    no_reflection: bool,
}

impl Database {
    fn url(&self) -> Result<DatabaseUrl, String> {
        let url: DatabaseUrl = self
            .database_url
            .parse()
            .map_err(|error| format!("--database-url: {error}"))?;
        if url.is_remote_plaintext() && !self.unsafe_database_without_verification {
            return Err(format!(
                "{url}: the connection would not check who answers; use `sslmode=verify-full`, or \
                 --unsafe-database-without-verification"
            ));
        }
        Ok(url)
    }

    async fn open(&self, url: &DatabaseUrl) -> Result<Store, String> {
        let options = store::Options {
            max_connections: self.database_connections,
            ..store::Options::default()
        };
        let store = Store::connect(url, &options).await;
        store.map_err(|error| format!("{url}: {}", chain(&error)))
    }
}

/// Runs migrations and says how many.
pub async fn migrate(database: Database) -> Result<ExitCode, String> {
    let url = database.url()?;
    let store = database.open(&url).await?;
    let ran = store.migrate().await.map_err(|error| chain(&error))?;
    say!("{url}: {ran} migrations run");
    Ok(ExitCode::SUCCESS)
}

/// Runs the service until it is asked to stop.
pub async fn serve(args: Args) -> Result<ExitCode, String> {
    let Args {
        database,
        listen,
        unsafe_listen_without_authentication,
        load,
        migrate,
        workers,
        cache_max_age,
        max_staleness,
        drain,
        max_calls,
        max_connections,
        observed_days,
        no_reflection,
    } = args;
    if !listen.ip().is_loopback() && !unsafe_listen_without_authentication {
        return Err(format!(
            "{listen} is not a loopback address, and whoever reaches it could change the register; \
             --unsafe-listen-without-authentication allows it"
        ));
    }
    // Manifests are read first: a mistake in them is found before anything is opened.
    let loads = read(&load)?;
    let url = database.url()?;
    let store = database.open(&url).await?;
    let pending = store.pending().await.map_err(|error| chain(&error))?;
    if pending > 0 && (migrate || url.is_embedded()) {
        let ran = store.migrate().await.map_err(|error| chain(&error))?;
        tracing::info!(migrations = ran, "the database was migrated");
    }
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("{listen}: {error}"))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options {
        workers: workers.unwrap_or(cores),
        limits: Limits {
            calls: count(max_calls),
            connections: count(max_connections),
            ..Limits::default()
        },
        cache_max_age: Duration::from_secs(cache_max_age),
        max_staleness: Duration::from_secs(max_staleness),
        drain: Duration::from_secs(drain),
        observed: match observed_days {
            0 => Keep::Nothing,
            days => Keep::Days(days),
        },
        counting: Duration::from_secs(10),
        reflection: if no_reflection {
            Reflection::Off
        } else {
            Reflection::On
        },
    };
    let prepare = async move |address: SocketAddr, registers: Registers| {
        apply_all(&registers, loads).await?;
        tracing::info!(%address, "listening on {address}");
        Ok(())
    };
    server::serve(listener, store, options, prepare, stop_signal())
        .await
        .map_err(|error| chain(&error))?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A register to be applied at start.
struct Load {
    manifest: Manifest,
    draft: Draft,
}

fn read(paths: &[PathBuf]) -> Result<Vec<Load>, String> {
    let mut loads = Vec::new();
    for path in paths {
        for manifest in manifests::registers(path)? {
            let draft = Draft::new(manifest.document.clone()).map_err(|invalid| match invalid {
                InvalidDraft::Mistakes(violations) => manifest.explain(&violations),
                InvalidDraft::Unreadable(error) => error.to_string(),
            })?;
            loads.push(Load { manifest, draft });
        }
    }
    Ok(loads)
}

/// Applies what was read. Whoever asks for registers at start is not served without them.
async fn apply_all(registers: &Registers, loads: Vec<Load>) -> Result<(), String> {
    for Load { manifest, draft } in loads {
        let register = draft.register.clone();
        let asked = Asked {
            actor: "serve --load".to_owned(),
            method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
            reason: None,
            commit: Commit::Yes,
            request: None,
            deadline: None,
            origin: None,
        };
        let apply = Apply {
            draft,
            others: Others::Keep,
            unchanged_since: None,
        };
        match registers.apply(asked, apply).await {
            Ok(applied) if applied.changes.is_empty() => {
                tracing::info!(%register, "register `{register}` is as its manifests say");
            }
            // What changed has been logged.
            Ok(_) => {}
            Err(register::Error::Mistakes(violations) | register::Error::StillReferenced(violations)) => {
                return Err(manifest.explain(&violations));
            }
            Err(error) => {
                return Err(format!(
                    "register `{register}` cannot be loaded: {}",
                    chain(&error)
                ));
            }
        }
    }
    Ok(())
}

/// Completes at SIGTERM or SIGINT.
async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard");
            let _ = interrupt.await;
        }
    }
}
