//! A decision into `CheckResponse`.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::resource::timestamp;
use crate::{
    decision::Decision,
    domain::{
        finding::{Evidence, Finding, Severity},
        name::Revision,
        question::Question,
    },
    law, pb,
};

/// What an answer was made from.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// At which revision.
    pub revision: Revision,
    /// How long ago the revision was known to be current.
    pub age: Duration,
    /// When.
    pub now: Timestamp,
    /// How long an answer may be reused at most.
    pub cache_max_age: Duration,
}

/// The answer to a question.
pub fn answer(question: &Question, decision: Decision, made: Made) -> pb::CheckResponse {
    let Decision {
        verdict,
        findings,
        activity,
        candidates,
        valid_until,
    } = decision;
    let (activity, activity_revision) = match activity {
        Some((name, revision)) => (name.to_string(), number(revision)),
        None => (String::new(), 0),
    };
    let mut response = pb::CheckResponse {
        verdict: pb::Verdict::from(verdict).into(),
        decision_id: Uuid::now_v7().to_string(),
        activity,
        activity_revision,
        revision: number(made.revision),
        ruleset: Some(pb::Ruleset {
            version: law::RULESET_VERSION.to_owned(),
            digest: law::ruleset_digest().to_owned(),
        }),
        time: Some(timestamp(question.time)),
        age: Some(duration(made.age)),
        valid_until: valid_until.map(timestamp),
        cache_max_age: Some(duration(reusable(question, valid_until, made))),
        ..pb::CheckResponse::default()
    };
    response.candidates = candidates
        .into_iter()
        .map(|(name, verdict)| pb::Candidate {
            activity: name.to_string(),
            verdict: pb::Verdict::from(verdict).into(),
        })
        .collect();
    for finding in findings {
        match finding.severity {
            Severity::Duty => response.duties.push(to_duty(finding)),
            Severity::Condition => response.conditions.push(to_finding(finding)),
            Severity::Denial | Severity::MissingFact | Severity::Warning => {
                response.findings.push(to_finding(finding));
            }
        }
    }
    response
}

/// A cached permission must not outlive what time alone changes: reckoned from the time of the processing.
fn reusable(question: &Question, valid_until: Option<Timestamp>, made: Made) -> Duration {
    let left = valid_until.map(|until| until.duration_since(question.time.max(made.now)));
    match left {
        None => made.cache_max_age,
        Some(left) => Duration::try_from(left)
            .unwrap_or_default()
            .min(made.cache_max_age),
    }
}

fn number(revision: Revision) -> i64 {
    i64::try_from(revision.number()).unwrap_or(i64::MAX)
}

fn duration(duration: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(duration.subsec_nanos()).unwrap_or_default(),
    }
}

fn message(general: &str, detail: &str) -> String {
    if detail.is_empty() {
        general.to_owned()
    } else {
        format!("{general}: {detail}")
    }
}

fn references(evidence: Vec<Evidence>) -> Vec<String> {
    evidence.into_iter().map(reference).collect()
}

/// A place in the record with the document and section that it was taken from.
pub fn reference(evidence: Evidence) -> String {
    let Evidence {
        place,
        document,
        section,
    } = evidence;
    match (document.as_str(), section.as_str()) {
        ("", _) | (_, "") => place,
        (document, section) => format!("{place} ({document} {section})"),
    }
}

fn to_finding(finding: Finding) -> pb::Finding {
    let Finding {
        code,
        severity,
        detail,
        question_fields,
        evidence,
        date: _,
        operations,
        data,
    } = finding;
    let rule = code.rule();
    pb::Finding {
        code: code.number(),
        severity: pb::Severity::from(severity).into(),
        plane: pb::Plane::from(rule.plane).into(),
        article: rule.article.to_owned(),
        message: message(rule.message, &detail),
        remedy: rule.remedy.to_owned(),
        question_fields,
        record_refs: references(evidence),
        operations: operations
            .into_iter()
            .map(|operation| pb::Operation::from(operation).into())
            .collect(),
        data,
    }
}

fn to_duty(finding: Finding) -> pb::Duty {
    let Finding {
        code,
        severity: _,
        detail,
        question_fields: _,
        evidence,
        date,
        operations: _,
        data: _,
    } = finding;
    let rule = code.rule();
    pb::Duty {
        code: code.number(),
        plane: pb::Plane::from(rule.plane).into(),
        article: rule.article.to_owned(),
        message: message(rule.message, &detail),
        date: date.map(|date| date.to_string()).unwrap_or_default(),
        record_refs: references(evidence),
    }
}
