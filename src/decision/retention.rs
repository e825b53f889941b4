//! Conjunct 6: the data may still be kept and used, or already be erased (Arts 5(1)(e), 17, 30(1)(f)).
//!
//! Per purpose, the latest use is the earliest end of the maximum rules that apply, the earliest erasure the latest
//! end of the minimum rules. The day of the event is not counted; the same date is the last day.

mod erase;
mod keep;

use jiff::civil::Date;

use super::{
    case::{Case, Combination},
    listed::Listed,
    outcome::Outcome,
};
use crate::domain::{
    finding::{Evidence, FindingCode},
    operation::Operation,
    question::{EventFact, Fact},
    retention::{EndAction, Limit, RetentionRule},
};

/// RETENTION_*, EARLY_ERASURE_*, LEGAL_HOLD_*.
pub fn retention(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let rules = rules(case, asked);
    let kept: Vec<&Rule<'_>> = rules
        .iter()
        .filter(|rule| {
            case.reaches_purpose(&rule.rule.scope.purposes) && case.overlaps(&rule.rule.scope, asked)
        })
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
            keep::keep(case, asked, &kept).and(erase::barred(case, &rules))
        }
        _ => keep::keep(case, asked, &kept),
    })
}

/// Whether a rule whose end is this action covers what is asked: the action is the controller's duty then. Data goes to
/// an archive only at the end of its period.
pub fn ends_in(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> bool {
    rules(case, asked).iter().any(|Rule { rule, .. }| {
        let early = action == EndAction::Archiving
            && last_days(case, rule).is_some_and(|(use_until, _)| case.day <= use_until);
        rule.end_action == action
            && !early
            && (case.purpose.is_none() || case.counts(&rule.scope.purposes))
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

/// The rules for the data and person asked, of every operation and purpose: those that are not asked still bar erasing.
/// A rule of the activity takes the place of the register's on its side: a longest period never lifts a shortest one.
fn rules<'a>(case: &Case<'a>, asked: &Combination<'_>) -> Vec<Rule<'a>> {
    let of = |list: Listed<'a, RetentionRule>| -> Vec<Rule<'a>> {
        list.iter()
            .filter(|(_, rule)| case.overlaps_matter(&rule.scope, asked))
            .map(|(place, rule)| Rule {
                rule,
                evidence: case.evidence(place, &rule.provenance),
            })
            .collect()
    };
    let [own, default] = case.retention();
    let mut rules = of(own);
    let takes = |side: fn(Limit) -> bool| {
        rules.iter().any(|Rule { rule, .. }| {
            side(rule.limit)
                && case.scope_covers_matter(&rule.scope, asked)
                && case.reaches_purpose(&rule.scope.purposes)
                && !matches!(guard(case, rule), Guard::Off)
        })
    };
    let (longest, shortest) = (takes(Limit::is_maximum), takes(Limit::is_minimum));
    let stands = |limit: Limit| limit.is_maximum() && !longest || limit.is_minimum() && !shortest;
    rules.extend(
        of(default)
            .into_iter()
            .filter(|default| stands(default.rule.limit)),
    );
    rules
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
    // A period whose start the record does not name runs from collection.
    let collected = || {
        let is_unstated = rule.event.as_str() == "ropa:UnstatedStart";
        is_unstated
            .then(|| case.facts().events.get("ropa:DataCollected").copied())
            .flatten()
    };
    match case.facts().event(rule.event).or_else(collected) {
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
