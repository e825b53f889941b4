//! What was asked of a register, as a privacy officer looks at it.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

use super::{Error, Registers};
use crate::{
    clock,
    domain::name::{RegisterId, ResourceName},
    report::observed::{Counted, Observer},
    store::{Observations, Observed},
};

/// How long counters are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing is counted.
    Nothing,
    /// So many days.
    Days(i32),
}

impl Registers {
    /// Keeps what was counted. What cannot be kept now is counted on.
    pub async fn observe(&self, observer: &Observer, names: impl Fn(&Counted) -> Names) {
        let mut counted = observer.take();
        if counted.is_empty() {
            return;
        }
        let mut rows: Vec<(Observed, Counted)> = counted
            .drain(..)
            .map(|counted| (observed(&counted, names(&counted)), counted))
            .collect();
        // In one order on all servers, so that none waits for another in a circle.
        rows.sort_by(|(one, _), (other, _)| key(one).cmp(&key(other)));
        let (rows, mut counted): (Vec<Observed>, Vec<Counted>) = rows.into_iter().unzip();
        if let Err((kept, error)) = self.store.observe(&rows).await {
            tracing::debug!(error = %crate::replica::chain(&error), "what was asked is counted on");
            observer.put_back(counted.split_off(kept.min(counted.len())));
        }
    }

    /// Forgets counters that were kept long enough.
    pub async fn forget_observed(&self, keep: Keep) {
        let today = clock::now().to_zoned_datetime(TimeZone::UTC).date();
        let oldest = match keep {
            Keep::Nothing => Date::MAX,
            Keep::Days(days) => today.checked_sub(days.days()).unwrap_or(Date::MIN),
        };
        if let Err(error) = self.store.forget_observed(oldest).await {
            tracing::debug!(error = %crate::replica::chain(&error), "counters are forgotten later");
        }
    }

    /// What was asked of a register, the most frequent first.
    pub async fn observations(
        &self,
        which: Observations,
        skip: u64,
        limit: u64,
    ) -> Result<Vec<Observed>, Error> {
        let register: RegisterId = which.register.clone();
        let name = ResourceName::register(register);
        let head = self.store.head().await?.revision;
        if self.store.document_at(&name, head).await?.is_none() {
            return Err(Error::NotFound(name));
        }
        Ok(self.store.observations(&which, skip, limit).await?)
    }
}

/// What the contract calls what was counted.
#[derive(Clone, Debug)]
pub struct Names {
    /// The operation; empty: several.
    pub operation: String,
    /// The verdict.
    pub verdict: String,
    /// The reason; empty: none.
    pub code: String,
}

fn key(one: &Observed) -> [&str; 8] {
    [
        one.register.as_str(),
        &one.caller,
        &one.activity,
        &one.purpose,
        &one.operation,
        &one.data,
        &one.verdict,
        &one.code,
    ]
}

fn observed(counted: &Counted, names: Names) -> Observed {
    let observation = &counted.observation;
    Observed {
        day: observation.day,
        register: observation.register.clone(),
        caller: observation.caller.to_string(),
        activity: observation.activity.clone(),
        purpose: observation.purpose.clone(),
        operation: names.operation,
        data: observation.data.clone(),
        verdict: names.verdict,
        code: names.code,
        count: i64::try_from(counted.count).unwrap_or(i64::MAX),
        last: counted.last,
    }
}
