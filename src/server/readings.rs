//! What is looked up when the metrics are read.

use std::sync::Arc;

use super::{health::Health, tls::Tls};
use crate::{replica::Replica, store::Store, telemetry::metrics};

/// Where it is looked up.
#[derive(Debug)]
pub struct Readings {
    /// What is served.
    pub replica: Replica,
    /// The connections to the database.
    pub store: Store,
    /// The server's certificate.
    pub tls: Option<Arc<Tls>>,
    /// Whether calls may be sent here.
    pub health: Health,
}

impl metrics::Readings for Readings {
    fn read(&self) -> Vec<(&'static str, &'static str, f64)> {
        let ready = if self.health.is_ready() { 1.0 } else { 0.0 };
        let mut readings = vec![("ropa_ready", "Whether calls may be sent here", ready)];
        if let Some(served) = self.replica.served().as_ref() {
            let revision = served.snapshot.revision;
            let behind = self.replica.seen().number().saturating_sub(revision.number());
            readings.extend([
                (
                    "ropa_snapshot_revision",
                    "The revision that is served",
                    float(revision.number()),
                ),
                (
                    "ropa_snapshot_age_seconds",
                    "How long ago the database was last seen to stand there",
                    served.confirmed.elapsed().as_secs_f64(),
                ),
                (
                    "ropa_snapshot_behind_revisions",
                    "By how many revisions it is behind what was last seen in the database",
                    float(behind),
                ),
                (
                    "ropa_snapshot_build_seconds",
                    "How long it took to read and make it",
                    self.replica.built_in().as_secs_f64(),
                ),
                (
                    "ropa_registers",
                    "Registers that are served",
                    float(u64::try_from(served.snapshot.records.len()).unwrap_or(u64::MAX)),
                ),
            ]);
        }
        let pool = self.store.pool();
        readings.extend([
            (
                "ropa_database_connections_open",
                "Connections to the database",
                f64::from(pool.open),
            ),
            (
                "ropa_database_connections_idle",
                "Those of them that nobody uses",
                f64::from(pool.idle),
            ),
            (
                "ropa_database_connections_max",
                "How many there may be",
                f64::from(pool.most),
            ),
        ]);
        if let Some(tls) = &self.tls {
            let not_after = tls.load().not_after.as_second();
            readings.push((
                "ropa_tls_certificate_not_after_timestamp_seconds",
                "When the server's certificate ends",
                float(u64::try_from(not_after).unwrap_or_default()),
            ));
        }
        readings
    }
}

/// Exact up to 2⁵³, which no revision and no time reaches.
#[expect(clippy::cast_precision_loss, reason = "metrics are floating point numbers")]
const fn float(number: u64) -> f64 {
    number as f64
}
