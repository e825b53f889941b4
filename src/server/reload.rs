//! Looks whether files have changed: certificates are renewed, tokens are changed, and no connection is lost for it.

use std::{fmt::Debug, sync::Arc, time::Duration};

use super::kept::{Kept, Renewed};
use crate::telemetry::metrics::Metrics;

/// Looks for ever. By content and not by time or event: what is mounted into a container changes by a link.
pub async fn watch<T: PartialEq + Debug + Send + Sync + 'static>(
    kept: Arc<Kept<T>>,
    what: &'static str,
    every: Duration,
    metrics: Metrics,
) {
    loop {
        tokio::time::sleep(every).await;
        let looking = Arc::clone(&kept);
        match tokio::task::spawn_blocking(move || looking.renew()).await {
            Ok(Renewed::Same | Renewed::Noticed) => {}
            Ok(Renewed::StillFailed) => {
                metrics.reloads_failed.inc();
            }
            Ok(Renewed::Changed) => tracing::info!(what, "{what} were read again"),
            Ok(Renewed::Failed(error)) => {
                metrics.reloads_failed.inc();
                tracing::error!(
                    what,
                    error,
                    "{what} have changed and cannot be read; the former stay"
                );
            }
            // The panic hook has logged where; the next look may fare better.
            Err(_) => {
                metrics.reloads_failed.inc();
            }
        }
    }
}
