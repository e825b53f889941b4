//! From where (Arts 5(1)(a), 14(2)(f)).

use super::super::{case::Case, outcome::Outcome};
use crate::domain::{
    activity::DataUse,
    finding::{Finding, FindingCode},
    statement::{List, PartyRef},
};

/// The kind of the data subject, as a source and recipient.
const SUBJECT: &str = "ropa:DataSubjectSelf";

/// SOURCE_*: COLLECT from where the record says; where it says nothing, from the person.
pub fn source(case: &Case<'_>, data_use: &DataUse) -> Outcome {
    let listed = &data_use.sources;
    if let Some(evidence) = case.lists().none(List::Sources).filter(|_| listed.is_empty()) {
        return Finding::new(FindingCode::SourceAbsent)
            .asks("source")
            .evidence(evidence)
            .into();
    }
    let subject_is_listed = listed.iter().any(|source| is_subject(case, source));
    let Some(asked) = &case.source else {
        return if listed.is_empty() || subject_is_listed {
            FindingCode::FromSubjectOnly.into()
        } else {
            Finding::new(FindingCode::SourceNotSaid).asks("source").into()
        };
    };
    if asked.is(SUBJECT) && (listed.is_empty() || subject_is_listed) {
        return Outcome::default();
    }
    if listed.iter().any(|declared| asked.is_covered_by(declared)) {
        return FindingCode::NotifySubject14.into();
    }
    let codes = [
        FindingCode::SourceNotRecorded,
        FindingCode::SourceAbsent,
        FindingCode::SourceNotDeclared,
    ];
    let finding = if data_use.sources_are_examples {
        Finding::new(FindingCode::SourceNotRecorded)
    } else {
        case.uncovered(List::Sources, listed.is_empty(), codes)
    };
    finding.asks("source").into()
}

/// Whether a source is the data subject.
pub fn is_subject(case: &Case<'_>, source: &PartyRef) -> bool {
    match source {
        PartyRef::Kind(code) => code.as_str() == SUBJECT,
        PartyRef::Named(id) => {
            let named = case.record.recipients.get(id);
            named.is_some_and(|named| named.kinds.iter().any(|kind| kind.as_str() == SUBJECT))
        }
    }
}
