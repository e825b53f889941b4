//! Denied changes on their way into the audit log. The first of a caller and method is written at once; those that follow
//! within a minute are counted and written together, so that nobody fills the log.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::door::Denied;
use crate::{
    clock,
    register::{Denial, Registers},
    telemetry::metrics::Metrics,
};

/// How long those that follow the first are counted.
const WINDOW: Duration = Duration::from_secs(60);
/// How often is looked for windows that are over.
const TICK: Duration = Duration::from_secs(5);

/// A caller and method within their window.
struct Window {
    since: Instant,
    /// Not written yet.
    count: u64,
}

/// Writes denials until nobody sends any more, and then what is left of them.
pub async fn write(mut denied: mpsc::Receiver<Denied>, registers: Registers, metrics: Metrics) {
    let mut windows: HashMap<Denied, Window> = HashMap::new();
    loop {
        match tokio::time::timeout(TICK, denied.recv()).await {
            Ok(Some(one)) => match windows.get_mut(&one) {
                Some(window) => window.count += 1,
                None => {
                    put(&registers, &metrics, &one, 1).await;
                    let since = Instant::now();
                    windows.insert(one, Window { since, count: 0 });
                }
            },
            Ok(None) => break,
            Err(_) => {}
        }
        let over = |window: &Window| window.since.elapsed() >= WINDOW;
        let ended: Vec<Denied> = windows
            .iter()
            .filter(|(_, window)| over(window))
            .map(|(one, _)| one.clone())
            .collect();
        for one in ended {
            if let Some(window) = windows.remove(&one) {
                put(&registers, &metrics, &one, window.count).await;
            }
        }
    }
    for (one, window) in windows {
        put(&registers, &metrics, &one, window.count).await;
    }
}

async fn put(registers: &Registers, metrics: &Metrics, one: &Denied, count: u64) {
    if count == 0 {
        return;
    }
    let denial = Denial {
        actor: one.actor.as_deref().map(str::to_owned),
        method: one.method.to_owned(),
        count,
        time: clock::now(),
    };
    if let Err(error) = registers.deny(denial).await {
        metrics.denials_lost.inc_by(count);
        tracing::error!(error = %crate::replica::chain(&error), "a denied change has no entry in the audit log");
    }
}
