//! What a conjunct or alternative comes to, and how outcomes are put together.

use jiff::civil::Date;

use crate::domain::finding::{Finding, FindingCode, Severity, Verdict};

/// What was found, and until when it stays so. Empty: permitted.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The first day on which time alone may change it.
    pub changes_on: Option<Date>,
}

impl Outcome {
    /// The worst that was found.
    pub fn verdict(&self) -> Verdict {
        self.findings
            .iter()
            .map(|finding| finding.severity.verdict())
            .max()
            .unwrap_or_default()
    }

    /// Whether it denies or leaves something open.
    pub fn is_permitted(&self) -> bool {
        self.verdict() == Verdict::Permitted
    }

    /// Adds a finding.
    #[must_use]
    pub fn with(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self
    }

    /// Both hold: the worse verdict, all findings.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self.until(other.changes_on)
    }

    /// Time alone may change it on this day.
    #[must_use]
    pub fn until(mut self, day: Option<Date>) -> Self {
        self.changes_on = self.changes_on.into_iter().chain(day).min();
        self
    }

    /// Any one of them is enough: the best verdict, then the fewest findings (duties are none), then the first. Only its findings are
    /// answered; but another may become the best with time, so every change counts.
    pub fn best(alternatives: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut best: Option<Self> = None;
        for other in alternatives {
            best = Some(match best {
                None => other,
                Some(best) => {
                    let changes_on = other.changes_on;
                    let is_reason = |finding: &&Finding| finding.severity != Severity::Duty;
                    let rank = |outcome: &Self| {
                        (
                            outcome.verdict(),
                            outcome.findings.iter().filter(is_reason).count(),
                        )
                    };
                    if rank(&other) < rank(&best) {
                        other.until(best.changes_on)
                    } else {
                        best.until(changes_on)
                    }
                }
            });
        }
        best
    }

    /// All of them hold.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), Self::and)
    }
}

impl From<Finding> for Outcome {
    fn from(finding: Finding) -> Self {
        Self {
            findings: vec![finding],
            changes_on: None,
        }
    }
}

impl From<FindingCode> for Outcome {
    fn from(code: FindingCode) -> Self {
        Finding::new(code).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_alternative_gives_the_findings_and_all_give_the_time() {
        let day = |text: &str| Some(text.parse().unwrap());
        let denied = Outcome::from(FindingCode::LegalBasisAbsent).until(day("2026-03-01"));
        let warned = Outcome::from(FindingCode::LiaNotRecorded).until(day("2027-01-01"));
        let best = Outcome::best([denied, warned.clone(), warned]).unwrap();
        assert_eq!(best.verdict(), Verdict::Permitted);
        assert_eq!(best.findings.len(), 1);
        assert_eq!(best.changes_on, day("2026-03-01"));
        assert!(Outcome::best([]).is_none());
    }
}
