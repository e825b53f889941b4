//! Conjunct 10: nothing forbids it. A prohibition always wins, and matches on any overlap.

use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    activity::Prohibition,
    finding::{Finding, FindingCode, Verdict},
    listed::Listed,
    statement::Scope,
};

/// PROHIBITED_BY_ACTIVITY, PROHIBITED_BY_REGISTER (Art. 24).
pub fn prohibition(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let register = Listed::at(
        format!("registers/{}#prohibitions", case.record.register.id),
        &case.record.register.prohibitions,
    );
    let activity = case.lists().own("prohibitions", &case.activity.prohibitions);
    let lists = [
        (activity, FindingCode::ProhibitedByActivity),
        (register, FindingCode::ProhibitedByRegister),
    ];
    Outcome::all(lists.iter().flat_map(|(list, code)| {
        list.iter()
            .filter(|(_, prohibition)| {
                names_purpose(case, asked, &prohibition.scope) && case.overlaps(&prohibition.scope, asked)
            })
            .map(|(place, prohibition)| one(case, asked, place, prohibition, *code))
    }))
}

/// The controller's duties serve no purpose: what forbids one of them by name forbids it for every purpose, and what
/// forbids a purpose forbids no duty.
fn names_purpose(case: &Case<'_>, asked: &Combination<'_>, scope: &Scope) -> bool {
    if case.is_duty(asked) && !scope.purposes.is_empty() {
        scope.operations.contains(&asked.operation)
    } else {
        case.names_purpose(&scope.purposes)
    }
}

fn one(
    case: &Case<'_>,
    asked: &Combination<'_>,
    place: String,
    prohibition: &Prohibition,
    code: FindingCode,
) -> Outcome {
    let changes_on = prohibition.effective.next_change(case.day);
    if !prohibition.effective.contains(case.day) {
        return Outcome::default().until(changes_on);
    }
    let evidence = case.evidence(place, &prohibition.provenance);
    let forbidden = Finding::new(code)
        .detail(prohibition.text.clone())
        .evidence(evidence.clone());
    let lifted = prohibition
        .unless
        .as_ref()
        .map(|id| case.conditions(asked, std::slice::from_ref(id)));
    let outcome = match lifted {
        Some(condition) if condition.is_permitted() => condition,
        // Unknown or unsaid, what would lift it is asked for; denied, it stands.
        Some(mut condition) if condition.verdict() == Verdict::Undetermined => {
            condition
                .findings
                .iter_mut()
                .for_each(|finding| finding.evidence.push(evidence.clone()));
            condition
        }
        lifted => {
            let changes_on = lifted.and_then(|condition| condition.changes_on);
            Outcome::from(forbidden).until(changes_on)
        }
    };
    outcome.until(changes_on)
}
