//! `ropa serve` and `ropa migrate`.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{
    exposure::{Exposed, Exposure},
    load::{self, Load},
};
use crate::{
    grpc::Reflection,
    register::{Keep, Registers},
    replica::chain,
    server::{self, Limits, Listeners, Options},
    store::{self, DatabaseUrl, Store},
    telemetry::traces::Traces,
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

    #[command(flatten)]
    exposure: Exposure,

    /// Only tell what is wrong with the options and the files that they name; nothing is opened or served.
    #[arg(long)]
    check_config: bool,

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
    #[arg(long, env = "ROPA_DRAIN", default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=86_400))]
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

    /// How long a connection lives, in seconds, give or take a tenth: clients that balance themselves then look for servers anew.
    /// 0: for ever.
    #[arg(long, env = "ROPA_MAX_CONNECTION_AGE", default_value_t = 600, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(..=31_536_000))]
    max_connection_age: u64,

    /// Days for which counters of what callers asked are kept; 0: nothing is counted.
    #[arg(long, env = "ROPA_OBSERVED_DAYS", default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(0..=3660))]
    observed_days: i32,

    /// Collector that spans of calls are sent to (OTLP over gRPC), e.g. http://collector:4317. Left out, none are made.
    #[arg(long, env = "ROPA_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,

    /// Share of the calls without a traced caller that are traced, from 0 to 1.
    #[arg(long, env = "ROPA_TRACE_RATIO", default_value_t = 0.01, value_name = "SHARE", value_parser = share)]
    trace_ratio: f64,

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
    let configured = match configure(&args) {
        Ok(configured) => configured,
        Err(wrong) => {
            for line in wrong {
                eprintln!("ropa: {line}");
            }
            return Ok(ExitCode::from(CONFIGURATION));
        }
    };
    if args.check_config {
        say!("the configuration can be served");
        return Ok(ExitCode::SUCCESS);
    }
    let Configured {
        url,
        loads,
        exposed,
        traces,
    } = configured;
    // Heard from the first moment on: a container's first process is not ended by a signal that it does not listen for.
    let mut stopping = std::pin::pin!(stop_signal()?);
    let (store, listeners) = tokio::select! {
        opened = args.open(&url) => opened?,
        () = stopping.as_mut() => {
            tracing::info!("stopped before anything was served");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let options = args.options(exposed, traces);
    let prepare = async move |address: SocketAddr, registers: Registers| {
        load::apply_all(&registers, loads).await?;
        tracing::info!(%address, "listening on {address}");
        Ok(())
    };
    server::serve(listeners, store, options, prepare, stopping)
        .await
        .map_err(|error| chain(&error))?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("{address}: {error}"))
}

/// The configuration is wrong (EX_CONFIG).
const CONFIGURATION: u8 = 78;

/// What was read before anything was opened.
struct Configured {
    url: DatabaseUrl,
    loads: Vec<Load>,
    exposed: Exposed,
    traces: Option<Traces>,
}

/// Reads everything that the options name, and tells all that is wrong with it.
fn configure(args: &Args) -> Result<Configured, Vec<String>> {
    let mut wrong = Vec::new();
    let url = args.database.url().map_err(|error| wrong.push(error)).ok();
    let loads = load::read(&args.load).map_err(|error| wrong.push(error)).ok();
    let exposed = args.exposure.open().map_err(|more| wrong.extend(more)).ok();
    let traces = args.traces().map_err(|error| wrong.push(error)).ok();
    match (url, loads, exposed, traces) {
        (Some(url), Some(loads), Some(mut exposed), Some(traces)) => {
            if args.database.unsafe_database_without_verification {
                exposed
                    .unsafe_options
                    .push("unsafe-database-without-verification".to_owned());
            }
            for option in &exposed.unsafe_options {
                tracing::warn!("--{option} is in use");
            }
            Ok(Configured {
                url,
                loads,
                exposed,
                traces,
            })
        }
        _ => Err(wrong),
    }
}

impl Args {
    /// Opens the database, migrated where that is asked for, and the ports.
    async fn open(&self, url: &DatabaseUrl) -> Result<(Store, Listeners), String> {
        let store = self.database.open(url).await?;
        let pending = store.pending().await.map_err(|error| chain(&error))?;
        if pending > 0 && (self.migrate || url.is_embedded()) {
            let ran = store.migrate().await.map_err(|error| chain(&error))?;
            tracing::info!(migrations = ran, "the database was migrated");
        }
        let listeners = Listeners {
            calls: bind(self.exposure.listen).await?,
            probes: match self.exposure.health_listen {
                Some(address) => Some(bind(address).await?),
                None => None,
            },
        };
        Ok((store, listeners))
    }

    /// Where spans go. On a runtime, because they are sent from there.
    fn traces(&self) -> Result<Option<Traces>, String> {
        let endpoint = self.otlp_endpoint.as_deref();
        let endpoint = endpoint.filter(|endpoint| !endpoint.is_empty());
        let traces = endpoint.map(|endpoint| Traces::new(endpoint, self.trace_ratio));
        traces
            .transpose()
            .map_err(|error| format!("--otlp-endpoint: {}", chain(&error)))
    }

    /// How the server is run.
    fn options(&self, exposed: Exposed, traces: Option<Traces>) -> Options {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Options {
            workers: self.workers.unwrap_or(cores),
            limits: Limits {
                calls: count(self.max_calls),
                connections: count(self.max_connections),
                connection_age: (self.max_connection_age > 0)
                    .then(|| Duration::from_secs(self.max_connection_age)),
                ..Limits::default()
            },
            cache_max_age: Duration::from_secs(self.cache_max_age),
            max_staleness: Duration::from_secs(self.max_staleness),
            drain: Duration::from_secs(self.drain),
            observed: match self.observed_days {
                0 => Keep::Nothing,
                days => Keep::Days(days),
            },
            counting: Duration::from_secs(10),
            reflection: if self.no_reflection {
                Reflection::Off
            } else {
                Reflection::On
            },
            asks: exposed.asks,
            tls: exposed.tls,
            reload: Duration::from_secs(5),
            traces,
            unsafe_options: exposed.unsafe_options,
        }
    }
}

/// A number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("is not from 0 to 1".to_owned())
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Completes at SIGTERM or SIGINT, which are heard from now on.
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    let hear = |kind| signal(kind).map_err(|error| format!("signals cannot be heard: {error}"));
    let (mut terminate, mut interrupt) = (hear(SignalKind::terminate())?, hear(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
