//! What health says (`grpc.health.v1`): by service, because whoever asks "do you live" and whoever asks "may I send you calls"
//! must not get the same answer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::replica::State;

/// What serves once something has been read, and as long as it is not too old.
const ANSWERING: [&str; 4] = [
    "",
    "readiness",
    "ropa.v1.DecisionService",
    "ropa.v1.AccessService",
];
/// What needs the database.
const WORKING: [&str; 3] = [
    "ropa.v1.RegisterService",
    "ropa.v1.ReportService",
    "ropa.v1.HistoryService",
];

/// What is told. A clone tells the same.
#[derive(Clone)]
pub struct Health {
    reporter: HealthReporter,
    ready: Arc<AtomicBool>,
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health")
            .field("ready", &self.ready)
            .finish_non_exhaustive()
    }
}

impl Health {
    /// Nothing serves yet; but it lives.
    pub async fn new(reporter: HealthReporter) -> Self {
        let health = Self {
            reporter,
            ready: Arc::default(),
        };
        // tonic-health calls the overall service SERVING before anybody has said so.
        health.stop().await;
        health.report(&["liveness"], ServingStatus::Serving).await;
        health
    }

    /// Whether calls may be sent here.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Tells how things stand, for as long as the server runs.
    pub async fn tell(self, mut states: watch::Receiver<State>) {
        use ServingStatus::{NotServing, Serving};
        loop {
            let (answering, working) = match *states.borrow_and_update() {
                State::Serving => (Serving, Serving),
                // Without the database no check fails, and no server is taken out of service for it.
                State::Alone => (Serving, NotServing),
                State::Starting | State::Stale | State::Replaced => (NotServing, NotServing),
            };
            self.ready.store(answering == Serving, Ordering::Relaxed);
            self.report(&ANSWERING, answering).await;
            self.report(&WORKING, working).await;
            if states.changed().await.is_err() {
                return;
            }
        }
    }

    /// Nothing is to be sent here any more.
    pub async fn stop(&self) {
        self.ready.store(false, Ordering::Relaxed);
        self.report(&ANSWERING, ServingStatus::NotServing).await;
        self.report(&WORKING, ServingStatus::NotServing).await;
    }

    async fn report(&self, services: &[&str], status: ServingStatus) {
        for service in services {
            self.reporter.set_service_status(*service, status).await;
        }
    }
}
