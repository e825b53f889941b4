//! What a list says is *not* done. It denies whatever else the list declares, on any overlap and for as long as it holds.

use jiff::civil::Date;

use super::{case::Case, outcome::Outcome};
use crate::domain::{
    finding::{Finding, FindingCode},
    listed::Listed,
    statement::{Entry, Stated},
};

/// What the denials of a list come to.
#[derive(Debug)]
pub struct Denial {
    /// The first that holds, as a finding.
    found: Option<Finding>,
    /// The next day on which time alone makes one hold, or hold no longer.
    changes_on: Option<Date>,
}

impl Denial {
    /// The field of the question that it concerns.
    pub fn asks(mut self, field: &str) -> Self {
        self.found = self.found.map(|found| found.asks(field));
        self
    }

    /// The denial, or what the list comes to otherwise: the day counts for both.
    pub fn or_else(self, otherwise: impl FnOnce() -> Outcome) -> Outcome {
        let outcome = self.found.map_or_else(otherwise, Outcome::from);
        outcome.until(self.changes_on)
    }
}

impl Case<'_> {
    /// The entries of a list that deny and match what is asked; each is `code`.
    pub fn denial<T: Entry>(
        &self,
        list: &Listed<'_, T>,
        code: FindingCode,
        stated: impl Fn(&T) -> &Stated,
        matches: impl Fn(&T) -> bool,
    ) -> Denial {
        let denying: Vec<(String, &Stated)> = list
            .iter()
            .filter(|(_, entry)| stated(entry).denies() && matches(entry))
            .map(|(place, entry)| (place, stated(entry)))
            .collect();
        let holds = denying
            .iter()
            .find(|(_, stated)| stated.effective.contains(self.day));
        Denial {
            found: holds.map(|(place, stated)| {
                Finding::new(code).evidence(self.evidence(place.clone(), &stated.provenance))
            }),
            changes_on: denying
                .iter()
                .filter_map(|(_, stated)| stated.effective.next_change(self.day))
                .min(),
        }
    }
}
