//! Wiring: the thread layout, the services, health, and how it stops.
//!
//! One control runtime owns the database, refreshing and the bodies of administrative calls. Each decision worker is a
//! thread with a runtime of its own and serves the connections that the accept loop hands it, so that no write, compile
//! or refresh stalls a check and no lock is shared between workers.

mod accept;
mod guard;
mod worker;

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, runtime::Handle, sync::watch};

pub use guard::Limits;

use crate::{
    grpc::{self, Administration, Decisions, Reflection},
    register::{Keep, Registers},
    replica::{Archive, Replica, State},
    report::observed::Observer,
    store::{self, Store},
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

/// Services that health knows by name, beside the overall "" .
const DECISIONS: &str = "ropa.v1.DecisionService";
const REGISTERS: &str = "ropa.v1.RegisterService";
const REPORTS: &str = "ropa.v1.ReportService";
const HISTORY: &str = "ropa.v1.HistoryService";
/// What serves once something has been read, and as long as it is not too old.
const ANSWERING: [&str; 3] = ["", "readiness", DECISIONS];
/// What needs the database.
const WORKING: [&str; 3] = [REGISTERS, REPORTS, HISTORY];

/// Serves until `shutdown` completes, then drains. `prepare` runs before the first connection is served and readiness
/// is told; it is given the address and the registers. Where it fails, nothing is served.
///
/// Runs on the control runtime.
pub async fn serve(
    listener: TcpListener,
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
    let (reporter, health) = tonic_health::server::health_reporter();
    // tonic-health calls the overall service SERVING before anybody has said so.
    report(&reporter, &ANSWERING, Serving::No).await;
    report(&reporter, &WORKING, Serving::No).await;
    report(&reporter, &["liveness"], Serving::Yes).await;

    let registers = Registers::new(store, replica.clone());
    let observer = Observer::default();
    let decisions = Decisions::new(
        replica.clone(),
        archive,
        options.cache_max_age,
        &options.limits.sizes,
        (options.observed != Keep::Nothing).then(|| observer.clone()),
    );
    let administration = Administration::new(registers.clone(), Handle::current());
    let routes = grpc::routes(
        decisions,
        administration.clone(),
        &options.limits.sizes,
        options.reflection,
    )
    .map_err(|error| Error::Reflection(error.to_string()))?
    .add_service(health);

    let address = listener.local_addr()?;
    prepare(address, registers.clone())
        .await
        .map_err(Error::NotPrepared)?;
    let refreshed = replica.refresh().await;
    if let Err(error) = &refreshed {
        tracing::warn!(error = %crate::replica::chain(error), "nothing can be served yet");
    }
    let workers = worker::start(options.workers, &routes.prepare(), &options.limits)?;
    let refresh = tokio::spawn(replica.clone().run());
    let listening = tokio::spawn(replica.clone().listen());
    let (stop_counting, stop) = watch::channel(false);
    let counting = tokio::spawn(count(registers.clone(), observer.clone(), options.clone(), stop));
    let health = tokio::spawn(tell(reporter.clone(), replica.states()));

    let ended = tokio::select! {
        result = accept::accept(listener, &workers, &options.limits) => result,
        _ = refresh => Err(Error::Died("refreshing")),
        () = shutdown => Ok(()),
    };
    health.abort();
    listening.abort();
    report(&reporter, &ANSWERING, Serving::No).await;
    report(&reporter, &WORKING, Serving::No).await;
    tracing::info!("stopping: calls in flight have {} s", options.drain.as_secs());
    workers.drain(options.drain).await;
    // What was begun for callers who have gone is finished, too.
    if !administration.finish(options.drain).await {
        tracing::warn!("changes were cut off after {} s", options.drain.as_secs());
    }
    let _ = stop_counting.send(true);
    let _ = tokio::time::timeout(options.drain, counting).await;
    ended
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

/// What health says for as long as the server runs: it is ready while something is served.
async fn tell(reporter: tonic_health::server::HealthReporter, mut states: watch::Receiver<State>) {
    loop {
        let (answering, working) = match *states.borrow_and_update() {
            State::Serving => (Serving::Yes, Serving::Yes),
            // Without the database no check fails, and no server is taken out of service for it.
            State::Alone => (Serving::Yes, Serving::No),
            State::Starting | State::Stale | State::Replaced => (Serving::No, Serving::No),
        };
        report(&reporter, &ANSWERING, answering).await;
        report(&reporter, &WORKING, working).await;
        if states.changed().await.is_err() {
            return;
        }
    }
}

#[derive(Clone, Copy)]
enum Serving {
    Yes,
    No,
}

async fn report(reporter: &tonic_health::server::HealthReporter, services: &[&str], serving: Serving) {
    let status = match serving {
        Serving::Yes => tonic_health::ServingStatus::Serving,
        Serving::No => tonic_health::ServingStatus::NotServing,
    };
    for service in services {
        reporter.set_service_status(*service, status).await;
    }
}
