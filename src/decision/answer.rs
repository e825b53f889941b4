//! Makes an answer of what was found: order, and each finding once.

use jiff::Timestamp;

use super::{Decision, outcome::Outcome};
use crate::domain::{
    activity::Activity,
    finding::{Finding, Verdict},
    question::Question,
    register::Record,
};

/// The answer of one activity, or of none.
pub fn answer(
    record: &Record,
    question: &Question,
    activity: Option<&Activity>,
    outcome: Outcome,
    candidates: Vec<(&Activity, Verdict)>,
) -> Decision {
    let Outcome { findings, changes_on } = outcome;
    let mut findings = merge(findings);
    let combinations = (question.operations.len(), question.data.len().max(1));
    for finding in &mut findings {
        // What concerns everything asked need not say so.
        if (finding.operations.len(), finding.data.len().max(1)) == combinations {
            finding.operations.clear();
            finding.data.clear();
        }
    }
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.severity, finding.code.rule().code, finding.data.clone());
        key(one).cmp(&key(other))
    });
    let verdict = findings
        .iter()
        .map(|finding| finding.severity.verdict())
        .max()
        .unwrap_or_default();
    let zone = record.register.controller.time_zone.clone();
    let valid_until: Option<Timestamp> = changes_on
        .and_then(|day| day.to_zoned_datetime(zone).ok())
        .map(|start| start.timestamp());
    Decision {
        verdict,
        findings,
        activity: activity.map(|activity| (activity.name.clone(), activity.revision)),
        candidates: candidates
            .into_iter()
            .map(|(activity, verdict)| (activity.name.clone(), verdict))
            .collect(),
        valid_until,
    }
}

/// The same finding of several combinations is one finding that names them.
fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = merged.iter_mut().find(|other| {
            other.code == finding.code
                && other.severity == finding.severity
                && other.detail == finding.detail
                && other.date == finding.date
                && other.question_fields == finding.question_fields
                && other.evidence == finding.evidence
        });
        match same {
            None => merged.push(finding),
            Some(other) => {
                other.operations.extend(finding.operations);
                other.operations.sort_unstable();
                other.operations.dedup();
                other.data.extend(finding.data);
                other.data.sort_unstable();
                other.data.dedup();
            }
        }
    }
    merged
}
