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
    listed::Listed,
    operation::Operation,
    question::{EventFact, Fact},
    retention::{EndAction, Extension, Limit, Period, RetentionRule},
    statement::Scope,
    vocabulary::Code,
};

/// RETENTION_*, EARLY_ERASURE_*, LEGAL_HOLD_*.
pub fn retention(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let rules = rules(case, asked);
    let kept: Vec<&Rule<'_>> = rules
        .iter()
        .filter(|rule| {
            case.reaches_purpose(&rule.rule.scope.purposes) && case.overlaps_rest(&rule.rule.scope, asked)
        })
        .collect();
    let restored = if asked.operation == Operation::RestoreBackup {
        FindingCode::EraseAgain.into()
    } else {
        Outcome::default()
    };
    let kept = || keep::keep(case, asked, &kept);
    restored.and(match asked.operation {
        Operation::Erase => erase::erase(case, asked, &rules),
        Operation::Restrict => Outcome::default(),
        // Whatever it is done for, what has to be kept is no longer there.
        Operation::Anonymise => kept().and(erase::barred(case, &rules)),
        Operation::Archive if case.is_duty(asked) => kept().and(erase::barred(case, &rules)),
        _ => kept(),
    })
}

/// Whether a rule whose end is this action covers what is asked: the action is the controller's duty then. Data goes to
/// an archive only at the end of its period.
pub fn ends_in(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> bool {
    rules(case, asked).iter().any(|Rule { rule, .. }| {
        let early = match event(case, rule) {
            _ if action != EndAction::Archiving => false,
            Event::On(_) => last_days(case, rule).is_some_and(|(use_until, _)| case.day <= use_until),
            Event::NotYet => true,
            Event::Unknown | Event::Unsaid => false,
        };
        rule.end_action == action
            && !early
            && (case.purpose.is_none() || case.counts(&rule.scope.purposes))
            && covers(case, asked, rule)
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
    /// Whether it counts as a longest period.
    longest: bool,
    /// Whether it counts as a shortest period.
    shortest: bool,
}

/// The rules for the data and person asked, of every operation and purpose: those that are not asked still bar erasing.
/// A rule of the activity takes the place of the register's on its side, where it covers what is asked: a longest period
/// never lifts a shortest one, and a shortest one of a purpose never that of everything.
fn rules<'a>(case: &Case<'a>, asked: &Combination<'_>) -> Vec<Rule<'a>> {
    let of = |list: Listed<'a, RetentionRule>| -> Vec<Rule<'a>> {
        list.iter()
            .filter(|(_, rule)| concerns(case, rule, |case, scope| case.overlaps_matter(scope, asked)))
            .map(|(place, rule)| Rule {
                rule,
                evidence: case.evidence(place, &rule.provenance),
                longest: rule.limit.is_maximum(),
                shortest: rule.limit.is_minimum(),
            })
            .collect()
    };
    let [own, default] = case.lists().retention();
    let mut rules = of(own);
    let takes = |side: fn(Limit) -> bool, covers: &dyn Fn(&RetentionRule) -> bool| {
        rules.iter().any(|Rule { rule, .. }| {
            side(rule.limit) && covers(rule) && !matches!(guard(case, rule), Guard::Off)
        })
    };
    let longest = takes(Limit::is_maximum, &|rule| {
        case.counts(&rule.scope.purposes) && covers(case, asked, rule)
    });
    let shortest = takes(Limit::is_minimum, &|rule| {
        rule.scope.purposes.is_empty()
            && concerns(case, rule, |case, scope| case.scope_covers_matter(scope, asked))
    });
    let defaults = of(default).into_iter().map(|rule| Rule {
        longest: rule.longest && !longest,
        shortest: rule.shortest && !shortest,
        ..rule
    });
    rules.extend(defaults.filter(|rule| rule.longest || rule.shortest));
    rules
}

/// Whether a rule covers what is asked.
fn covers(case: &Case<'_>, asked: &Combination<'_>, rule: &RetentionRule) -> bool {
    concerns(case, rule, |case, scope| case.scope_covers(scope, asked))
}

/// Whether the scope of a rule meets the person, or whom the person was: what is kept of a member is kept of the former
/// member.
fn concerns(case: &Case<'_>, rule: &RetentionRule, meets: impl Fn(&Case<'_>, &Scope) -> bool) -> bool {
    meets(case, &rule.scope)
        || case
            .while_current()
            .is_some_and(|current| meets(&current, &rule.scope))
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

/// The first of the events that start the period.
fn event(case: &Case<'_>, rule: &RetentionRule) -> Event {
    let all = || std::iter::once(rule.event).chain(rule.or_events.iter().copied());
    let mut first = None;
    for code in all() {
        if let Event::On(day) = one_event(case, code) {
            first = first.into_iter().chain([day]).min();
        }
    }
    if let Some(day) = first {
        return Event::On(day);
    }
    let is = |which: fn(&Event) -> bool| all().any(|code| which(&one_event(case, code)));
    if is(|event| matches!(event, Event::Unknown)) {
        Event::Unknown
    } else if is(|event| matches!(event, Event::Unsaid)) {
        Event::Unsaid
    } else {
        Event::NotYet
    }
}

fn one_event(case: &Case<'_>, code: Code) -> Event {
    // A period whose start the record does not name runs from collection.
    let collected = || {
        let is_unstated = code.as_str() == "ropa:UnstatedStart";
        let collected = case.facts().events.get("ropa:DataCollected").copied();
        collected.filter(|_| is_unstated)
    };
    match case.facts().event(code).or_else(collected) {
        Some(EventFact::On(day)) => Event::On(day),
        Some(EventFact::NotYet) => Event::NotYet,
        Some(EventFact::Unknown) => Event::Unknown,
        None => {
            // Only what is said of the person excludes an event.
            let said = !case.question.subjects.is_empty();
            let running =
                |current: &str, former: &str| said && case.person_is(current) && !case.person_is(former);
            let excluded = match code.as_str() {
                "ropa:Death" => !case.person_is("ropa:DeceasedPerson"),
                "ropa:EndOfMembership" => running("dpv:Member", "ropa:FormerMember"),
                "ropa:EndOfCustomerRelationship" => running("dpv:Customer", "ropa:FormerCustomer"),
                _ => false,
            };
            if excluded { Event::NotYet } else { Event::Unsaid }
        }
    }
}

/// The last day of using and storing that a rule gives, where its event has a date, with what prolongs it by a length.
fn last_days(case: &Case<'_>, rule: &RetentionRule) -> Option<(Date, Date)> {
    let (Event::On(day), Some(period)) = (event(case, rule), rule.period) else {
        return None;
    };
    let ends = |day: Date, period: Period| {
        let last = |period: Period| period.last_day(day).unwrap_or(Date::MAX);
        (last(period), last(period.plus(rule.margin)))
    };
    let first = ends(day, period);
    let prolonged = rule.extensions.iter().filter_map(|extension| {
        let on = within(case, extension, day, first.0)?;
        extension.period.map(|period| ends(on, period))
    });
    Some(prolonged.fold(first, |one, other| (one.0.max(other.0), one.1.max(other.1))))
}

/// Whether a period that would be over was prolonged by an event, and the record does not say for how long.
fn is_prolonged(case: &Case<'_>, rule: &RetentionRule) -> bool {
    let (Event::On(day), Some((use_until, _))) = (event(case, rule), last_days(case, rule)) else {
        return false;
    };
    let counts = |extension: &Extension| {
        extension.period.is_none() && within(case, extension, day, use_until).is_some()
    };
    case.day > use_until && rule.extensions.iter().any(counts)
}

/// The day of an event that prolongs, where it lies within the period.
fn within(case: &Case<'_>, extension: &Extension, from: Date, until: Date) -> Option<Date> {
    match case.facts().event(extension.event) {
        Some(EventFact::On(on)) if from <= on && on <= until => Some(on),
        _ => None,
    }
}
