//! From which revision a check is answered.

use std::{sync::Arc, time::Duration};

use arc_swap::Guard;
use tonic::Status;

use super::{error, page::Moment};
use crate::{
    decision::Snapshot,
    document::Violations,
    domain::{
        name::{RegisterId, Revision},
        register::Record,
    },
    register::AsOf,
    replica::{Archive, Replica, Served, State, Unavailable},
};

/// What a caller asks of the revision.
#[derive(Clone, Debug, Default)]
pub struct Consistency {
    as_of: AsOf,
    fresh: Option<Token>,
    staleness: Option<Duration>,
}

/// A revision of a write, and of which store.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    revision: Revision,
    incarnation: Option<String>,
}

/// How long a check waits for a revision that is not served yet.
const WAIT: Duration = Duration::from_secs(1);

/// What a check is answered from.
pub struct Source<'a> {
    served: Guard<Option<Arc<Served>>>,
    past: Option<(Revision, &'a Archive)>,
}

impl Consistency {
    /// Reads what is asked, or says what is wrong.
    pub fn read(
        moment: Moment,
        at_least_as_fresh: &str,
        max_staleness: Option<prost_types::Duration>,
        found: &mut Violations,
    ) -> Self {
        let as_of = moment.read(found).unwrap_or_default();
        let fresh = if at_least_as_fresh.is_empty() {
            None
        } else {
            let token = Token::parse(at_least_as_fresh);
            if token.is_none() {
                let wrong = "is neither a revision, e.g. `17`, nor the `token` of a write";
                found.push(error::wrong("at_least_as_fresh", wrong));
            } else if as_of != AsOf::Now {
                let wrong = "excludes `at_revision` and `as_of`: the past does not change";
                found.push(error::wrong("at_least_as_fresh", wrong));
            }
            token
        };
        let staleness = max_staleness.and_then(|asked| {
            let read = duration(asked);
            if read.is_none() {
                found.push(error::wrong("max_staleness", "is negative or out of range"));
            }
            read
        });
        Self {
            as_of,
            fresh,
            staleness,
        }
    }

    /// What is asked is answered from this; waits for a revision that is not served yet.
    pub async fn source<'a>(&self, replica: &Replica, archive: &'a Archive) -> Result<Source<'a>, Status> {
        if let Some(token) = &self.fresh {
            self.wait(token, replica).await?;
        }
        let served = replica.served();
        let Some(now) = served.as_ref() else {
            return Err(unserved(replica.state()));
        };
        let too_old = self.staleness.is_some_and(|most| now.confirmed.elapsed() > most);
        if too_old || !replica.is_fresh(now) {
            return Err(error::snapshot_too_old());
        }
        let past = match self.as_of {
            AsOf::Now => None,
            AsOf::Revision(revision) if revision > now.snapshot.revision => return Err(error::no_revision()),
            AsOf::Revision(revision) => Some((revision, archive)),
            AsOf::Instant(instant) => {
                let revision = archive.revision_at(instant).await.map_err(unavailable)?;
                // What was committed then and is not served yet is waited for: the answer never changes.
                if revision > now.snapshot.revision && !replica.reaches(revision, WAIT).await {
                    return Err(error::not_fresh());
                }
                Some((revision, archive))
            }
        };
        Ok(Source { served, past })
    }

    async fn wait(&self, token: &Token, replica: &Replica) -> Result<(), Status> {
        let reached = {
            let served = replica.served();
            let served = served.as_ref().ok_or_else(|| unserved(replica.state()))?;
            let own = served.incarnation().to_string();
            if token
                .incarnation
                .as_ref()
                .is_some_and(|incarnation| *incarnation != own)
            {
                return Err(error::foreign_token());
            }
            served.snapshot.revision >= token.revision
        };
        if reached {
            return Ok(());
        }
        replica.nudge();
        if replica.reaches(token.revision, WAIT).await {
            Ok(())
        } else {
            Err(error::not_fresh())
        }
    }
}

/// A duration from the wire; `None` where it is none. Not by its own conversion, which overflows at the ends.
fn duration(asked: prost_types::Duration) -> Option<Duration> {
    let nanos = u32::try_from(asked.nanos)
        .ok()
        .filter(|nanos| *nanos < 1_000_000_000)?;
    Some(Duration::new(u64::try_from(asked.seconds).ok()?, nanos))
}

impl Token {
    fn parse(text: &str) -> Option<Self> {
        let (number, incarnation) = match text.split_once('@') {
            Some((number, incarnation)) => (number, Some(incarnation.to_owned())),
            None => (text, None),
        };
        let revision = Revision::new(number.parse().ok()?);
        Some(Self {
            revision,
            incarnation,
        })
    }
}

impl Source<'_> {
    /// The revision that is answered from.
    pub fn revision(&self) -> Revision {
        match self.past {
            Some((revision, _)) => revision,
            None => self
                .snapshot()
                .map(|snapshot| snapshot.revision)
                .unwrap_or_default(),
        }
    }

    /// The revision of the past that is answered from, if it is the past.
    pub fn past_revision(&self) -> Option<Revision> {
        self.past.map(|(revision, _)| revision)
    }

    /// Whether it is what is served now, and not the past.
    pub const fn is_current(&self) -> bool {
        self.past.is_none()
    }

    /// How long ago that was known to be right: the past does not change.
    pub fn age(&self) -> Duration {
        match (&self.past, self.served.as_ref()) {
            (None, Some(served)) => served.confirmed.elapsed(),
            _ => Duration::ZERO,
        }
    }

    /// The record of a register; `None`: there is, or was, no such register.
    pub async fn record(&self, register: &RegisterId) -> Result<Option<Arc<Record>>, Status> {
        let Some(snapshot) = self.snapshot() else {
            return Ok(None);
        };
        match self.past {
            None => Ok(snapshot.records.get(register).cloned()),
            Some((revision, archive)) => {
                let record = archive.record(register, revision, snapshot.revision).await;
                record.map_err(unavailable)
            }
        }
    }

    fn snapshot(&self) -> Option<&Snapshot> {
        self.served.as_ref().map(|served| &served.snapshot)
    }
}

/// Why nothing is served.
fn unserved(state: State) -> Status {
    match state {
        State::Replaced => error::store_replaced(),
        State::Starting | State::Serving | State::Alone | State::Stale => error::not_ready(),
    }
}

fn unavailable(unavailable: Unavailable) -> Status {
    match unavailable {
        Unavailable::NoRevision => error::no_revision(),
        Unavailable::Busy => error::overloaded(),
        Unavailable::Failed(failed) => error::from_replica(&failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_they_are_written() {
        let token = |revision: u64, incarnation: Option<&str>| {
            Some(Token {
                revision: Revision::new(revision),
                incarnation: incarnation.map(str::to_owned),
            })
        };
        assert_eq!(Token::parse("17"), token(17, None));
        assert_eq!(Token::parse("17@6f1c"), token(17, Some("6f1c")));
        for text in ["", "-1", "x", "@", "17.5"] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
