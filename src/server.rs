//! Wiring: the thread layout, the services, health, and how it stops.
//!
//! One control runtime owns the database, refreshing and the bodies of administrative calls. Each decision worker is a
//! thread with a runtime of its own and serves the connections that the accept loop hands it, so that no write, compile
//! or refresh stalls a check.

mod accept;
mod denials;
mod door;
mod guard;
mod health;
mod kept;
mod measured;
mod opened;
mod probes;
mod readings;
mod reload;
pub mod tls;
mod worker;

use std::{
    future::Future,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use prometheus_client::registry::Registry;
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::{mpsc, watch},
    task::JoinHandle,
};

pub use door::Asks;
pub use guard::Limits;
pub use kept::Kept;

use self::{door::Door, guard::Shared, health::Health, readings::Readings, tls::Tls};
use crate::{
    access,
    grpc::{self, Administration, Decisions, Reflection},
    register::{Keep, Registers},
    replica::{Archive, Replica},
    report::observed::Observer,
    store::{self, Store},
    telemetry::{
        metrics::{self, MethodLabels, Metrics},
        traces::Traces,
    },
};

/// How a server is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many decision workers there are.
    pub workers: usize,
    /// What bounds calls and connections.
    pub limits: Limits,
    /// How long an answer may be reused at most.
    pub cache_max_age: Duration,
    /// How long checks are answered without the database having been seen.
    pub max_staleness: Duration,
    /// How long calls may go on after the server was asked to stop.
    pub drain: Duration,
    /// Whether the contract can be asked for (reflection).
    pub reflection: Reflection,
    /// How long counters of what was asked are kept.
    pub observed: Keep,
    /// How often what was counted is written down.
    pub counting: Duration,
    /// Who is let in.
    pub asks: Asks,
    /// What the server shows in the handshake; none: it speaks in the clear.
    pub tls: Option<Arc<Tls>>,
    /// How often is looked whether certificates and callers have changed.
    pub reload: Duration,
    /// Where spans of calls go.
    pub traces: Option<Traces>,
    /// The options in use that take a protection away, for the metrics.
    pub unsafe_options: Vec<String>,
}

/// Where a server listens.
#[derive(Debug)]
pub struct Listeners {
    /// For calls.
    pub calls: TcpListener,
    /// For probes and metrics; none: health is asked where calls are, and metrics are not told.
    pub probes: Option<TcpListener>,
}

/// Why a server ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be used.
    #[error("the store cannot be used")]
    Store(#[from] store::Error),
    /// The database has to be migrated first.
    #[error("the database has {0} migrations to run; run `ropa migrate` first")]
    NotMigrated(usize),
    /// A thread or socket could not be made.
    #[error("the server cannot start")]
    Start(#[from] std::io::Error),
    /// What had to be done before serving failed.
    #[error("{0}")]
    NotPrepared(String),
    /// The contract cannot be served for reflection.
    #[error("the contract cannot be described: {0}")]
    Reflection(String),
    /// A task that has to live died.
    #[error("{0} ended unexpectedly")]
    Died(&'static str),
}

/// How long what was counted may take to be written down in the end. With the traces, a server ends within five seconds after
/// its calls.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// Denials on their way into the audit log.
const MOST_DENIALS: usize = 1024;

/// Serves until `shutdown` completes, then drains. `prepare` runs before the first connection is served and readiness
/// is told; it is given the address and the registers. Where it fails, nothing is served.
///
/// Runs on the control runtime.
pub async fn serve(
    listeners: Listeners,
    store: Store,
    options: Options,
    prepare: impl AsyncFnOnce(SocketAddr, Registers) -> Result<(), String>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    match store.pending().await? {
        0 => {}
        pending => return Err(Error::NotMigrated(pending)),
    }
    let replica = Replica::new(store.clone(), options.max_staleness);
    let archive = Archive::new(store.clone(), Handle::current());
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let health = Health::new(reporter).await;
    let (metrics, mut registry) = Metrics::new(access::methods().iter().map(labels));
    metrics::say_what_runs(&mut registry, &options.unsafe_options);
    registry.register_collector(Box::new(metrics::Read(Readings {
        replica: replica.clone(),
        store: store.clone(),
        tls: options.tls.clone(),
        health: health.clone(),
    })));

    let registers = Registers::new(store, replica.clone());
    let observer = Observer::default();
    let decisions = Decisions::new(
        replica.clone(),
        archive,
        options.cache_max_age,
        &options.limits.sizes,
        (options.observed != Keep::Nothing).then(|| observer.clone()),
        metrics.clone(),
    );
    let administration = Administration::new(registers.clone(), Handle::current());
    let routes = grpc::routes(
        decisions,
        administration.clone(),
        &options.limits.sizes,
        options.reflection,
    )
    .map_err(|error| Error::Reflection(error.to_string()))?
    .add_service(health_service.clone());

    // Whoever watches is answered while the rest is made ready: that it lives, and that it is not.
    let probing = listeners.probes.map(|listener| {
        let probes = probes::Probes {
            routes: tonic::service::Routes::default()
                .add_service(health_service)
                .prepare(),
            health: health.clone(),
            registry: Arc::<Registry>::new(registry),
        };
        tokio::spawn(probes::serve(listener, probes))
    });
    let address = listeners.calls.local_addr()?;
    let mut shutdown = std::pin::pin!(shutdown);
    tokio::select! {
        prepared = prepare(address, registers.clone()) => prepared.map_err(Error::NotPrepared)?,
        () = shutdown.as_mut() => return Ok(()),
    }
    let refreshed = replica.refresh().await;
    if let Err(error) = &refreshed {
        tracing::warn!(error = %crate::replica::chain(error), "nothing can be served yet");
    }
    let (denied, denials) = mpsc::channel(MOST_DENIALS);
    let door = Door::new(options.asks.clone(), denied, metrics.clone());
    let (stop, stopped) = watch::channel(false);
    let traces = options.traces.clone();
    let shared = Shared::new(door, metrics.clone(), traces, stopped, &options.limits);
    let workers = worker::start(
        options.workers,
        &routes.prepare(),
        &Arc::new(shared),
        options.tls.as_ref(),
        stop,
        &options.limits,
    )?;
    let refresh = tokio::spawn(replica.clone().run());
    let (finish, finishing) = watch::channel(false);
    let counting = count(
        registers.clone(),
        observer.clone(),
        options.clone(),
        finishing.clone(),
    );
    let counting = tokio::spawn(counting);
    let denying = tokio::spawn(denials::write(denials, registers, metrics.clone(), finishing));
    let mut watching = watch_files(&options, &metrics);
    watching.push(tokio::spawn(replica.clone().listen()));
    watching.push(tokio::spawn(health.clone().tell(replica.states())));

    let ended = tokio::select! {
        result = accept::accept(listeners.calls, &workers, &options.limits) => result,
        _ = refresh => Err(Error::Died("refreshing")),
        () = shutdown.as_mut() => Ok(()),
    };
    // Nothing of them may go on: health would be told that the server serves.
    for task in watching {
        task.abort();
        let _ = task.await;
    }
    health.stop().await;
    tracing::info!("stopping: calls in flight have {} s", options.drain.as_secs());
    let until = Instant::now() + options.drain;
    workers.drain(options.drain).await;
    // What was begun for callers who have gone is finished, too.
    if !administration
        .finish(until.saturating_duration_since(Instant::now()))
        .await
    {
        tracing::warn!("changes were cut off after {} s", options.drain.as_secs());
    }
    let _ = finish.send(true);
    let _ = tokio::time::timeout(LAST_WORDS, async { tokio::join!(counting, denying) }).await;
    if let Some(traces) = options.traces {
        let _ = tokio::task::spawn_blocking(move || traces.finish(Duration::from_secs(1))).await;
    }
    if let Some(probing) = probing {
        probing.abort();
    }
    ended
}

/// A method, as the metrics name it.
const fn labels(method: &access::Method) -> MethodLabels {
    MethodLabels {
        grpc_type: method.kind.as_str(),
        grpc_service: method.service,
        grpc_method: method.name,
    }
}

/// Looks after the files of certificates and callers.
fn watch_files(options: &Options, metrics: &Metrics) -> Vec<JoinHandle<()>> {
    let mut watching = Vec::new();
    if let Some(tls) = &options.tls {
        let watch = reload::watch(Arc::clone(tls), "certificates", options.reload, metrics.clone());
        watching.push(tokio::spawn(watch));
    }
    if let Asks::Callers(callers) = &options.asks {
        let watch = reload::watch(Arc::clone(callers), "callers", options.reload, metrics.clone());
        watching.push(tokio::spawn(watch));
    }
    watching
}

/// Writes down what was counted until it is asked to stop, and forgets what is old.
async fn count(registers: Registers, observer: Observer, options: Options, mut stop: watch::Receiver<bool>) {
    /// How often is looked for what is old.
    const FORGETTING: Duration = Duration::from_hours(1);
    let mut forgotten: Option<std::time::Instant> = None;
    loop {
        if forgotten.is_none_or(|forgotten| forgotten.elapsed() > FORGETTING) {
            forgotten = Some(std::time::Instant::now());
            registers.forget_observed(options.observed).await;
        }
        let stopped = tokio::time::timeout(options.counting, stop.changed())
            .await
            .is_ok();
        registers.observe(&observer, grpc::names).await;
        if stopped {
            return;
        }
    }
}
