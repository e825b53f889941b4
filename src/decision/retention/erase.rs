//! ERASE: minimum rules and legal holds may stand in the way; what the record leaves open has to be looked up first,
//! unless a maximum that was reckoned has expired.

use super::{Event, Guard, Rule, event, guard, is_on, last_days};
use crate::{
    decision::{
        case::{Case, Combination},
        outcome::Outcome,
    },
    domain::{
        finding::{Finding, FindingCode},
        question::{Fact, RequestFact},
    },
};

/// EARLY_ERASURE_*, RETENTION_UNRESOLVED_ERASE, LEGAL_HOLD_*.
pub fn erase(case: &Case<'_>, asked: &Combination<'_>, rules: &[Rule<'_>]) -> Outcome {
    let expired = rules.iter().any(|rule| {
        rule.rule.limit.is_maximum()
            && is_on(case, rule.rule)
            && case.scope_covers(&rule.rule.scope, asked)
            && last_days(case, rule.rule).is_some_and(|(_, stored)| case.day > stored)
    });
    let open = rules
        .iter()
        .filter(|rule| rule.rule.period.is_none() && !matches!(guard(case, rule.rule), Guard::Off))
        .filter(|rule| !expired || rule.rule.limit.is_minimum())
        .map(|rule| {
            let code = FindingCode::RetentionUnresolvedErase;
            Outcome::from(Finding::new(code).evidence(rule.evidence.clone()))
        });
    let minima = rules
        .iter()
        .filter(|rule| rule.rule.limit.is_minimum())
        .map(|rule| minimum(case, rule));
    Outcome::all(open.chain(minima)).and(holds(case))
}

/// EARLY_ERASURE_*: a minimum that has not started, or is not over, blocks ERASE. Only one that names a law refuses the
/// person's own request (Art. 17(3)).
fn minimum(case: &Case<'_>, rule: &Rule<'_>) -> Outcome {
    let Some(period) = rule.rule.period else {
        return Outcome::default();
    };
    let statutory = !rule.rule.laws.is_empty();
    if !statutory && matches!(case.facts().erasure, RequestFact::Open | RequestFact::Granted) {
        return Outcome::default();
    }
    match guard(case, rule.rule) {
        Guard::On => {}
        Guard::Off => return Outcome::default(),
        Guard::Unknown(open) => return open,
    }
    let refused = |detail: String| {
        let code = if statutory {
            FindingCode::EarlyErasureRefused
        } else {
            FindingCode::EarlyErasureOwnMinimum
        };
        Outcome::from(Finding::new(code).detail(detail).evidence(rule.evidence.clone()))
    };
    match event(case, rule.rule) {
        Event::On(day) => match period.last_day(day) {
            Some(last) if case.day > last => Outcome::default(),
            Some(last) => refused(format!("until {last}")).until(last.tomorrow().ok()),
            None => refused(String::new()),
        },
        Event::NotYet => refused("the period has not begun".to_owned()),
        Event::Unknown | Event::Unsaid => Finding::new(FindingCode::RetentionAnchorUnknown)
            .asks(format!("events[\"{}\"]", rule.rule.event))
            .evidence(rule.evidence.clone())
            .into(),
    }
}

/// LEGAL_HOLD_*, and the duty to tell recipients.
fn holds(case: &Case<'_>) -> Outcome {
    let found = |code: FindingCode| Outcome::from(Finding::new(code).asks("legal_hold"));
    let hold = match case.facts().legal_hold {
        Fact::Yes => found(FindingCode::LegalHoldActive),
        Fact::Unknown => found(FindingCode::LegalHoldUnknown),
        Fact::No | Fact::Unsaid => Outcome::default(),
    };
    if case.activity.disclosures.is_empty() {
        hold
    } else {
        hold.with(Finding::new(FindingCode::NotifyRecipients19))
    }
}
