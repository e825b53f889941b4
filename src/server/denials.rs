//! Denied changes on their way into the audit log. The first of a caller and method is written at once; those that follow are
//! counted and written together, after a minute, then two, up to an hour: so that nobody fills the log. What cannot be
//! written now is written later.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::door::{Denied, Knock};
use crate::{
    register::{Denial, Registers},
    telemetry::metrics::Metrics,
};

/// How long those that follow the first are counted, at first.
const SHORTEST: Duration = Duration::from_secs(60);
/// How long they are counted at most.
const LONGEST: Duration = Duration::from_hours(1);
/// How soon writing is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How often is looked for what is due.
const TICK: Duration = Duration::from_secs(1);

/// A caller and method, and what of them is not written yet.
struct Window {
    count: u64,
    last: Timestamp,
    due: Instant,
    span: Duration,
}

/// What is being written.
struct Writing {
    who: Denied,
    count: u64,
    task: JoinHandle<Result<(), crate::register::Error>>,
}

/// Writes denials until it is asked to finish, and then what is left.
pub async fn write(
    mut denied: mpsc::Receiver<Knock>,
    registers: Registers,
    metrics: Metrics,
    mut finish: watch::Receiver<bool>,
) {
    let mut windows: HashMap<Denied, Window> = HashMap::new();
    let mut writing: Option<Writing> = None;
    loop {
        if writing.is_none() {
            writing = next(&windows, |window| window.due <= Instant::now())
                .map(|who| begin(&registers, &mut windows, who));
        }
        tokio::select! {
            // Knocks are taken in whatever the database does.
            knock = denied.recv() => match knock {
                Some(knock) => note(&mut windows, knock),
                None => break,
            },
            written = done(&mut writing) => ended(&mut windows, written, &metrics),
            () = tokio::time::sleep(TICK) => {}
            _ = finish.wait_for(|finish| *finish) => break,
        }
        // Whoever has not knocked for a whole span is new again.
        windows.retain(|_, window| window.count > 0 || window.due > Instant::now());
    }
    denied.close();
    while let Ok(knock) = denied.try_recv() {
        note(&mut windows, knock);
    }
    if writing.is_some() {
        let written = done(&mut writing).await;
        ended(&mut windows, written, &metrics);
    }
    while let Some(who) = next(&windows, |_| true) {
        let mut writing = Some(begin(&registers, &mut windows, who));
        let written = done(&mut writing).await;
        if let (who, count, Err(error)) = written {
            lost(&who, count, &error, &metrics);
        }
    }
}

fn note(windows: &mut HashMap<Denied, Window>, knock: Knock) {
    let window = windows.entry(knock.denied).or_insert_with(|| Window {
        count: 0,
        last: knock.time,
        due: Instant::now(),
        span: SHORTEST,
    });
    window.count += 1;
    window.last = window.last.max(knock.time);
}

/// Whoever of those has something to be written.
fn next(windows: &HashMap<Denied, Window>, is_due: impl Fn(&Window) -> bool) -> Option<Denied> {
    let mut due = windows
        .iter()
        .filter(|(_, window)| window.count > 0 && is_due(window));
    due.next().map(|(who, _)| who.clone())
}

fn begin(registers: &Registers, windows: &mut HashMap<Denied, Window>, who: Denied) -> Writing {
    let (mut count, mut last) = (0, Timestamp::UNIX_EPOCH);
    if let Some(window) = windows.get_mut(&who) {
        count = std::mem::take(&mut window.count);
        last = window.last;
        window.due = Instant::now() + window.span;
        window.span = (window.span * 2).min(LONGEST);
    }
    let denial = Denial {
        actor: who.actor.as_deref().map(str::to_owned),
        method: who.method.to_owned(),
        count,
        time: last,
    };
    let registers = registers.clone();
    Writing {
        who,
        count,
        task: tokio::spawn(async move { registers.deny(denial).await }),
    }
}

type Written = (Denied, u64, Result<(), crate::register::Error>);

/// Waits for what is being written; for ever where nothing is.
async fn done(writing: &mut Option<Writing>) -> Written {
    let Some(current) = writing else {
        return std::future::pending().await;
    };
    let result = (&mut current.task).await;
    let result = result.unwrap_or(Err(crate::register::Error::Lost));
    let written = (current.who.clone(), current.count, result);
    *writing = None;
    written
}

/// What could not be written is counted on.
fn ended(windows: &mut HashMap<Denied, Window>, written: Written, metrics: &Metrics) {
    let (who, count, result) = written;
    let Err(error) = result else { return };
    let Some(window) = windows.get_mut(&who) else {
        return lost(&who, count, &error, metrics);
    };
    window.count += count;
    window.due = Instant::now() + AGAIN;
    let error = crate::replica::chain(&error);
    let actor = who.actor.as_deref().unwrap_or("nobody");
    tracing::warn!(
        actor,
        method = who.method,
        count,
        error,
        "a denied change is written later"
    );
}

fn lost(who: &Denied, count: u64, error: &crate::register::Error, metrics: &Metrics) {
    metrics.denials_lost.inc_by(count);
    let error = crate::replica::chain(error);
    let actor = who.actor.as_deref().unwrap_or("nobody");
    tracing::error!(
        actor,
        method = who.method,
        count,
        error,
        "a denied change has no entry in the audit log"
    );
}
