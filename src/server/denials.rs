//! Denied changes on their way into the audit log. The first of a caller and method is written at once; those that follow are
//! counted and written together, after a minute, then two, up to an hour: so that nobody fills the log. What cannot be
//! written now is written later, and what cannot be written before the server ends is told in its own log.

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
/// How long what is left may take in the end.
const LAST_WORDS: Duration = Duration::from_secs(2);
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
    let until = tokio::time::Instant::now() + LAST_WORDS;
    loop {
        if writing.is_none() {
            writing = next(&windows, |_| true).map(|who| begin(&registers, &mut windows, who));
        }
        let Some(current) = &writing else { return };
        let (who, count) = (current.who.clone(), current.count);
        match tokio::time::timeout_at(until, done(&mut writing)).await {
            Ok((_, _, Ok(()))) => {}
            Ok((who, count, Err(error))) => lost(&who, count, &crate::replica::chain(&error), &metrics),
            Err(_) => {
                lost(&who, count, "the server stops", &metrics);
                for (who, window) in windows.iter().filter(|(_, window)| window.count > 0) {
                    lost(who, window.count, "the server stops", &metrics);
                }
                return;
            }
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

/// What came of it. What cannot be written now is counted on; what may have been written, or never can be, is not: an entry that
/// is there twice cannot be taken back.
fn ended(windows: &mut HashMap<Denied, Window>, written: Written, metrics: &Metrics) {
    let (who, count, result) = written;
    let window = windows.get_mut(&who);
    match (result, window) {
        (Ok(()), Some(window)) => {
            window.due = Instant::now() + window.span;
            window.span = (window.span * 2).min(LONGEST);
        }
        (Ok(()), None) => {}
        (Err(error), Some(window)) if error.is_worth_repeating() => {
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
        (Err(error), _) => lost(&who, count, &crate::replica::chain(&error), metrics),
    }
}

fn lost(who: &Denied, count: u64, error: &str, metrics: &Metrics) {
    metrics.denials_lost.inc_by(count);
    let actor = who.actor.as_deref().unwrap_or("nobody");
    tracing::error!(
        actor,
        method = who.method,
        count,
        error,
        "a denied change may have no entry in the audit log"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{register::Error, store};

    fn knock() -> Knock {
        Knock {
            denied: Denied {
                actor: None,
                method: "/ropa.v1.RegisterService/Commit",
            },
            time: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_follows_is_counted_for_longer_and_longer() {
        let (metrics, _) = Metrics::new(std::iter::empty());
        let mut windows = HashMap::new();
        let who = knock().denied;
        let mut spans = Vec::new();
        for _ in 0..8 {
            note(&mut windows, knock());
            note(&mut windows, knock());
            let window = windows.get_mut(&who).unwrap();
            let count = std::mem::take(&mut window.count);
            assert_eq!(count, 2);
            ended(&mut windows, (who.clone(), count, Ok(())), &metrics);
            spans.push(windows[&who].span.as_secs() / 60);
        }
        assert_eq!(spans, [2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(
            next(&windows, |_| true).is_none(),
            "nothing is left to be written"
        );
    }

    #[test]
    fn what_cannot_be_written_is_counted_on_and_what_may_have_been_is_not() {
        let (metrics, _) = Metrics::new(std::iter::empty());
        let mut windows = HashMap::new();
        let who = knock().denied;
        note(&mut windows, knock());
        windows.get_mut(&who).unwrap().count = 0;
        let away = Error::Store(store::Error::Unavailable {
            doing: "writing a denial",
            source: "away".into(),
        });
        ended(&mut windows, (who.clone(), 3, Err(away)), &metrics);
        assert_eq!((windows[&who].count, windows[&who].span), (3, SHORTEST));
        let unknown = Error::Store(store::Error::OutcomeUnknown {
            source: "no answer".into(),
        });
        ended(&mut windows, (who.clone(), 5, Err(unknown)), &metrics);
        assert_eq!(windows[&who].count, 3);
        assert_eq!(metrics.denials_lost.get(), 5);
    }
}
