//! Law that differs by country, sector or time, as data with dates and sources.
//!
//! Evaluated at the time of the processing, never at load time. Proposals are not law and are not here. Every entry
//! says whether a lawyer has confirmed it; an answer that rests on one that is not says so.

pub mod adequacy;
pub mod child_age;
pub mod dk;
pub mod eea;
mod fi;
pub mod ground;
pub mod grounds;
pub mod keeping;
pub mod marketing;
mod se;
pub mod sfb_114;

use std::sync::LazyLock;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::domain::{finding::FindingCode, vocabulary};

/// Where an entry is from, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The provision, as it is cited.
    pub citation: &'static str,
    /// Whether a lawyer has confirmed the entry against the official text.
    pub confirmed: bool,
}

/// From a first day to the day before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// First day.
    pub from: Date,
    /// First day on which it is no longer in force.
    pub until: Option<Date>,
}

impl InForce {
    const fn since(year: i16, month: i8, day: i8) -> Self {
        Self {
            from: jiff::civil::date(year, month, day),
            until: None,
        }
    }

    const fn until(self, year: i16, month: i8, day: i8) -> Self {
        Self {
            from: self.from,
            until: Some(jiff::civil::date(year, month, day)),
        }
    }

    /// Whether it is in force on the day.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// The next day after `day` on which that changes.
    pub fn next_change(self, day: Date) -> Option<Date> {
        [Some(self.from), self.until]
            .into_iter()
            .flatten()
            .filter(|change| *change > day)
            .min()
    }
}

/// A fact that a law makes its permission hang on. A question answers it under `conditions`, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LawCondition {
    /// Its id; a register's own condition cannot have it.
    pub id: &'static str,
    /// The fact as a sentence.
    pub text: &'static str,
}

/// The person is a party to the contract that a ground under Art. 6(1)(b) means.
pub const CONTRACT_PARTY: LawCondition = LawCondition {
    id: "contract-party",
    text: "the person is a party to the contract",
};

/// Whether this is the id of a condition of law.
pub fn is_condition(id: &str) -> bool {
    id == CONTRACT_PARTY.id
        || id == sfb_114::CONCERNS_BENEFIT.id
        || keeping::PERIODS
            .iter()
            .any(|keeping| keeping.condition.is_some_and(|condition| condition.id == id))
        || marketing::conditions().any(|condition| condition.id == id)
        || grounds::all().any(|ground| ground.conditions.iter().any(|condition| condition.id == id))
}

/// Outcomes that only favour the person are outside Art. 22(1): an interpretation.
pub const FAVOURABLE_OUTSIDE_22: Source = Source {
    citation: "GDPR Art. 22(1), read as not covering decisions that only favour the person",
    confirmed: false,
};

/// The version of the rules: law data, vocabulary and the meaning of an evaluation. Whatever makes an answer other than
/// it was takes the next version: the year and month, and a number where there is more than one in a month.
pub const RULESET_VERSION: &str = "2026.11";

/// SHA-256 over the version, law data, vocabulary and catalogue of findings, in hexadecimal.
pub fn ruleset_digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        hash.update(RULESET_VERSION);
        vocabulary::sources().for_each(|source| hash.update(source));
        hash.update(format!("{:?}", eea::MEMBERS));
        hash.update(format!("{:?}", adequacy::DECISIONS));
        hash.update(format!("{:?}", child_age::AGES));
        hash.update(format!("{:?}", sfb_114::PURPOSES));
        hash.update(format!("{:?}", keeping::PERIODS));
        hash.update(format!("{:?} {:?}", marketing::APPROACHES, marketing::PASSING_ON));
        grounds::all().for_each(|ground| hash.update(format!("{ground:?}")));
        hash.update(format!("{:?}", [CONTRACT_PARTY, sfb_114::CONCERNS_BENEFIT]));
        hash.update(format!(
            "{:?}",
            [
                FAVOURABLE_OUTSIDE_22,
                sfb_114::SEARCHES,
                sfb_114::OBJECTIONS,
                dk::PERMIT,
                dk::FOOTAGE,
            ]
        ));
        hash.update(format!("{:?} {:?}", dk::FOOTAGE_DATA, dk::FOOTAGE_IN_FORCE));
        for code in FindingCode::ALL {
            hash.update(format!("{:?}", code.rule()));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    });
    &DIGEST
}
