//! The linter: gaps and contradictions of the record itself, told apart by what the record claims to be.
//!
//! A gap in a record is not by itself unlawful processing (CJEU C-60/22). What a claimed profile needs is an error, what
//! only the record of Art. 30(1) would need a note, and what makes decisions unsure a warning.

mod catalogue;
mod completeness;
mod contradictions;
mod grounds;
mod notice;
mod unused;

use jiff::civil::Date;

pub use catalogue::{LintCode, Rule};

use crate::domain::{
    activity::ActivityState, finding::Evidence, listed::Within, organisation::Profile, register::Record,
    statement::Provenance,
};

/// How bad a lint finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The record is not what it claims to be, or contradicts itself.
    Error,
    /// Decisions have to make do without something.
    Warning,
    /// It would be better.
    Note,
}

/// A gap or contradiction in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFinding {
    /// Which.
    pub code: LintCode,
    /// How bad it is here.
    pub severity: Severity,
    /// Where: the place in the record and the source it was taken from.
    pub evidence: Evidence,
    /// What exactly.
    pub detail: String,
}

/// Everything that is to be said of a record on a day: the worst first, then in the order of the record.
pub fn lint(record: &Record, today: Date) -> Vec<LintFinding> {
    let mut lint = Lint {
        record,
        today,
        found: Vec::new(),
    };
    completeness::register(&mut lint);
    notice::register(&mut lint);
    for activity in record.activities.values() {
        // What is no longer carried out need not be complete.
        if activity.state == ActivityState::Retired {
            continue;
        }
        let within = Within { record, activity };
        completeness::activity(&mut lint, within);
        grounds::activity(&mut lint, within);
        notice::activity(&mut lint, within);
        contradictions::activity(&mut lint, within);
    }
    unused::register(&mut lint);
    let mut found = lint.found;
    found.sort_by_key(|finding| finding.severity);
    found
}

/// A record being looked at.
struct Lint<'a> {
    record: &'a Record,
    today: Date,
    found: Vec<LintFinding>,
}

impl Lint<'_> {
    /// Whether the record claims to be this.
    fn claims(&self, profile: Profile) -> bool {
        self.record.register.profiles.contains(&profile)
    }

    /// As bad as the catalogue says, or what the claimed profile makes of it.
    fn add(&mut self, code: LintCode, evidence: Evidence, detail: impl Into<String>) {
        let rule = code.rule();
        let claimed = rule.profiles.iter().any(|profile| self.claims(*profile));
        self.found.push(LintFinding {
            code,
            severity: if claimed { Severity::Error } else { rule.severity },
            evidence,
            detail: detail.into(),
        });
    }

    /// At the register itself.
    fn at_register(
        &mut self,
        code: LintCode,
        field: &str,
        provenance: &Provenance,
        detail: impl Into<String>,
    ) {
        let evidence = Evidence {
            place: format!("registers/{}#{field}", self.record.register.id),
            document: self.record.document(provenance).to_owned(),
            section: provenance.section.clone(),
        };
        self.add(code, evidence, detail);
    }
}

/// At a field of an activity.
fn of_activity(within: Within<'_>, field: &str) -> Evidence {
    let place = if field.is_empty() {
        within.activity.name.to_string()
    } else {
        format!("{}#{field}", within.activity.name)
    };
    within.evidence(place, &within.activity.provenance)
}
