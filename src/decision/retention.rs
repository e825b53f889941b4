//! Conjunct 6: the data may still be kept and used, or already be erased (Arts 5(1)(e), 17, 30(1)(f)).
//!
//! Per purpose, the latest use is the earliest end of the maximum rules that apply, the earliest erasure the latest
//! end of the minimum rules. The day of the event is not counted; the same date is the last day.

mod erase;
mod keep;
mod reckoning;
mod statutory;

use jiff::civil::Date;

use self::reckoning::{Event, event, is_over, last_days};
use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    finding::{Evidence, FindingCode},
    listed::Listed,
    operation::Operation,
    question::Fact,
    retention::{EndAction, Limit, RetentionRule},
    statement::Scope,
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
        Operation::Anonymise => kept().and(erase::barred(case, asked, &rules)),
        Operation::Archive if case.is_duty(asked) => kept().and(erase::barred(case, asked, &rules)),
        _ => kept(),
    })
}

/// Whether a rule whose end is this action covers what is asked: the action is the controller's duty then. Data goes to
/// an archive only at the end of its period.
pub fn ends_in(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> bool {
    let is_early = |rule: &RetentionRule| action == EndAction::Archiving && is_running(case, rule);
    ends(case, asked, action, is_early)
}

/// Whether what a rule says is done at the end may have been done: its period is not known to be running.
pub fn has_ended_in(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> bool {
    ends(case, asked, action, |rule| is_running(case, rule))
}

/// The day from which what a rule says is done at the end may have been done, where its period is known to be running.
pub fn ends_on(case: &Case<'_>, asked: &Combination<'_>, action: EndAction) -> Option<Date> {
    let rules = rules(case, asked);
    let running = rules.iter().filter(|Rule { rule, .. }| {
        rule.end_action == action && covers(case, asked, rule) && is_running(case, rule)
    });
    running
        .filter_map(|Rule { rule, .. }| last_days(case, rule)?.0.tomorrow().ok())
        .min()
}

/// Whether a period is known to be running or to be still to come.
fn is_running(case: &Case<'_>, rule: &RetentionRule) -> bool {
    match event(case, rule) {
        Event::On(_) => last_days(case, rule).is_some_and(|(use_until, _)| case.day <= use_until),
        Event::NotYet => true,
        Event::Unknown(_) | Event::Unsaid(_) => false,
    }
}

fn ends(
    case: &Case<'_>,
    asked: &Combination<'_>,
    action: EndAction,
    is_early: impl Fn(&RetentionRule) -> bool,
) -> bool {
    let rules = rules(case, asked);
    rules.iter().any(|Rule { rule, .. }| {
        rule.end_action == action
            && !is_early(rule)
            && (case.purpose.is_none() || case.counts(&rule.scope.purposes))
            && covers(case, asked, rule)
            && is_on(case, rule)
            && matches!(overridden(case, asked, &rules, rule), Guard::Off)
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
    let mut rules = former_prevails(case, asked, of(own));
    let takes = |side: fn(Limit) -> bool, covers: &dyn Fn(&RetentionRule) -> bool| {
        rules.iter().any(|Rule { rule, .. }| {
            side(rule.limit) && covers(rule) && !matches!(guard(case, rule), Guard::Off)
        })
    };
    let longest = takes(Limit::is_maximum, &|rule| {
        case.counts(&rule.scope.purposes) && covers(case, asked, rule)
    });
    let replaces = |rule: &RetentionRule| {
        rule.scope.purposes.is_empty()
            && concerns(case, rule, |case, scope| case.scope_covers_matter(scope, asked))
    };
    let shortest = takes(Limit::is_minimum, &replaces);
    // What a law requires gives way to another law only.
    let shortest_by_law = takes(Limit::is_minimum, &|rule| !rule.laws.is_empty() && replaces(rule));
    let defaults = of(default).into_iter().map(|rule| Rule {
        longest: rule.longest && !longest,
        shortest: rule.shortest
            && !if rule.rule.laws.is_empty() {
                shortest
            } else {
                shortest_by_law
            },
        ..rule
    });
    rules.extend(defaults.filter(|rule| rule.longest || rule.shortest));
    rules
}

/// Once a longest period stated for the former role is over, a shortest one that the organisation set itself for the
/// role before no longer holds the data.
fn former_prevails<'a>(case: &Case<'_>, asked: &Combination<'_>, mut rules: Vec<Rule<'a>>) -> Vec<Rule<'a>> {
    let is_past = rules.iter().any(|Rule { rule, longest, .. }| {
        *longest
            && case.counts(&rule.scope.purposes)
            && case.scope_covers(&rule.scope, asked)
            && is_on(case, rule)
            && is_over(case, rule)
            && matches!(overridden(case, asked, &rules, rule), Guard::Off)
    });
    if is_past {
        for rule in &mut rules {
            let stands = !rule.rule.laws.is_empty() || !case.reaches_purpose(&rule.rule.scope.purposes);
            rule.shortest &= stands || case.overlaps_matter(&rule.rule.scope, asked);
        }
    }
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

/// Whether another rule takes the place of this one. What lengthens has to cover what is asked, not only to touch it.
fn overridden<'a>(
    case: &Case<'_>,
    asked: &Combination<'_>,
    rules: impl IntoIterator<Item = &'a Rule<'a>>,
    rule: &RetentionRule,
) -> Guard {
    let mut open = Outcome::default();
    let Some(id) = &rule.id else {
        return Guard::Off;
    };
    for Rule { rule: other, .. } in rules {
        if !other.overrides.contains(id) || !case.counts(&other.scope.purposes) || !covers(case, asked, other)
        {
            continue;
        }
        match guard(case, other) {
            Guard::On => return Guard::On,
            Guard::Off => {}
            Guard::Unknown(unknown) => open = open.and(unknown),
        }
    }
    if open.is_permitted() {
        Guard::Off
    } else {
        Guard::Unknown(open)
    }
}
