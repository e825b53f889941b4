//! Conjunct 6: the data may still be kept and used, or already be erased (Arts 5(1)(e), 17, 30(1)(f)).
//!
//! Per purpose, the latest use is the earliest end of the maximum rules that apply, the earliest erasure the latest
//! end of the minimum rules. The day of the event is not counted; the same date is the last day.

mod erase;
mod keep;

use jiff::civil::Date;

use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    finding::{Evidence, FindingCode},
    operation::Operation,
    question::{EventFact, Fact},
    retention::{EndAction, RetentionRule},
};

/// RETENTION_*, EARLY_ERASURE_*, LEGAL_HOLD_*.
pub fn retention(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let rules = in_scope(case, asked);
    let served: Vec<&Rule<'_>> = rules
        .iter()
        .filter(|rule| case.counts(&rule.rule.scope.purposes))
        .collect();
    let restored = if asked.operation == Operation::RestoreBackup {
        FindingCode::EraseAgain.into()
    } else {
        Outcome::default()
    };
    restored.and(match asked.operation {
        Operation::Erase => erase::erase(case, asked, &rules),
        Operation::Restrict => Outcome::default(),
        Operation::Anonymise | Operation::Archive if case.is_duty(asked) => {
            keep::keep(case, asked, &served).and(erase::barred(case, &rules))
        }
        _ => keep::keep(case, asked, &served),
    })
}

/// Whether a rule whose end is this action covers what is asked: the action is the controller's duty then.
pub fn ends_in(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> bool {
    case.retention().entries.iter().any(|rule| {
        rule.end_action == action
            && case.counts(&rule.scope.purposes)
            && case.scope_covers(&rule.scope, asked)
            && is_on(case, rule)
    })
}

/// Whether every condition of a rule is known to hold.
pub fn is_on(case: &Case<'_>, rule: &RetentionRule) -> bool {
    matches!(guard(case, rule), Guard::On)
}

/// A rule that has something in common with what is asked, and where it stands.
struct Rule<'a> {
    rule: &'a RetentionRule,
    evidence: Evidence,
}

/// The rules of every purpose: those of one that is not asked still bar erasing.
fn in_scope<'a>(case: &Case<'a>, asked: &Combination<'_>) -> Vec<Rule<'a>> {
    let list = case.retention();
    list.iter()
        .filter(|(_, rule)| case.overlaps(&rule.scope, asked))
        .map(|(place, rule)| Rule {
            rule,
            evidence: case.evidence(place, &rule.provenance),
        })
        .collect()
}

enum Guard {
    On,
    Off,
    Unknown(Outcome),
}

/// A condition that is denied switches a rule off; unknown or unsaid it leaves the answer open.
fn guard(case: &Case<'_>, rule: &RetentionRule) -> Guard {
    if rule
        .conditions
        .iter()
        .any(|id| case.facts().condition(id.as_str()) == Fact::No)
    {
        return Guard::Off;
    }
    let open = Outcome::all(rule.conditions.iter().map(|id| case.condition(id)));
    if open.is_permitted() {
        Guard::On
    } else {
        Guard::Unknown(open)
    }
}

/// When the event of a rule happened.
enum Event {
    On(Date),
    /// It has not happened, or what is said of the person excludes it.
    NotYet,
    Unknown,
    Unsaid,
}

fn event(case: &Case<'_>, rule: &RetentionRule) -> Event {
    match case.facts().event(rule.event) {
        Some(EventFact::On(day)) => Event::On(day),
        Some(EventFact::NotYet) => Event::NotYet,
        Some(EventFact::Unknown) => Event::Unknown,
        None => {
            // Only what is said of the person excludes an event.
            let said = !case.question.subjects.is_empty();
            let running =
                |current: &str, former: &str| said && case.person_is(current) && !case.person_is(former);
            let excluded = match rule.event.as_str() {
                "ropa:Death" => !case.person_is("ropa:DeceasedPerson"),
                "ropa:EndOfMembership" => running("dpv:Member", "ropa:FormerMember"),
                "ropa:EndOfCustomerRelationship" => running("dpv:Customer", "ropa:FormerCustomer"),
                _ => false,
            };
            if excluded { Event::NotYet } else { Event::Unsaid }
        }
    }
}

/// The last day of using and storing that a rule gives, where its event has a date.
fn last_days(case: &Case<'_>, rule: &RetentionRule) -> Option<(Date, Date)> {
    match (event(case, rule), rule.period) {
        (Event::On(day), Some(period)) => Some((
            period.last_day(day).unwrap_or(Date::MAX),
            period.plus(rule.margin).last_day(day).unwrap_or(Date::MAX),
        )),
        _ => None,
    }
}
