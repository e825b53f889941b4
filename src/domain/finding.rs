//! Verdicts and the findings they rest on.

mod catalogue;

pub use catalogue::{FindingCode, Rule};

use jiff::civil::Date;

use super::{operation::Operation, statement::Provenance};

/// Whether a processing is permitted, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Permitted, with the duties named.
    #[default]
    Permitted,
    /// Permitted once every condition is attested.
    Conditional,
    /// A fact is missing.
    Undetermined,
    /// Not permitted.
    Denied,
}

/// What a finding does to the verdict, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Denies.
    Denial,
    /// A fact is missing.
    MissingFact,
    /// Open until attested.
    Condition,
    /// Never changes the verdict.
    Warning,
    /// Never changes the verdict.
    Duty,
}

impl Severity {
    /// The verdict that it leads to alone.
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Denial => Verdict::Denied,
            Self::MissingFact => Verdict::Undetermined,
            Self::Condition => Verdict::Conditional,
            Self::Warning | Self::Duty => Verdict::Permitted,
        }
    }
}

/// Which kind of rule a finding applies (CJEU C-60/22 keeps the first two apart).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Lawfulness of the processing.
    Lawfulness,
    /// Accountability.
    Accountability,
    /// The organisation's policy.
    Policy,
}

/// One reason of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: FindingCode,
    /// What it does: the catalogue's, unless the register's policy says otherwise.
    pub severity: Severity,
    /// What is particular to this case; empty where the catalogue says it all.
    pub detail: String,
    /// Fields of the question it concerns.
    pub question_fields: Vec<String>,
    /// Places in the record it rests on.
    pub evidence: Vec<Evidence>,
    /// The last day or the day by which, for duties.
    pub date: Option<Date>,
    /// Operations it concerns, where not all that were asked.
    pub operations: Vec<Operation>,
    /// Data it concerns, where not all that was asked.
    pub data: Vec<String>,
}

/// A place in the record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The resource and the path within it: `registers/koko/activities/chat#retention[0]`.
    pub place: String,
    /// The source document of the record.
    pub document: String,
    /// Its section.
    pub section: String,
}

impl Finding {
    /// A finding with the catalogue's severity.
    pub fn new(code: FindingCode) -> Self {
        Self {
            code,
            severity: code.rule().severity,
            detail: String::new(),
            question_fields: Vec::new(),
            evidence: Vec::new(),
            date: None,
            operations: Vec::new(),
            data: Vec::new(),
        }
    }

    /// Says what is particular to this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Names a field of the question.
    #[must_use]
    pub fn asks(mut self, field: impl Into<String>) -> Self {
        self.question_fields.push(field.into());
        self
    }

    /// Names a place in the record.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Gives the day.
    #[must_use]
    pub fn on(mut self, date: Date) -> Self {
        self.date = Some(date);
        self
    }
}

impl Evidence {
    /// A place with its source.
    pub fn new(place: String, document: &str, provenance: &Provenance) -> Self {
        Self {
            place,
            document: document.to_owned(),
            section: provenance.section.clone(),
        }
    }
}
