//! ERASE: minimum rules and legal holds may stand in the way; what the record leaves open has to be looked up first,
//! unless a maximum that was reckoned has expired.

use jiff::civil::Date;

use super::{
    Guard, Rule, covers, guard, is_on, overridden,
    reckoning::{Event, Prolongation, event, last_days, prolongation},
    statutory,
};
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
    let longest = rules.iter().filter(|rule| !rule.shortest);
    let told = if case.activity.disclosures.is_empty() {
        Outcome::default()
    } else {
        FindingCode::NotifyRecipients19.into()
    };
    unresolved(case, asked, rules, longest)
        .and(barred(case, asked, rules))
        .and(told)
}

/// RETENTION_UNRESOLVED_ERASE: what the record leaves open, unless a longest period that was reckoned is over. A shortest
/// one that names a law stays open all the same.
fn unresolved<'a>(
    case: &Case<'_>,
    asked: &Combination<'_>,
    rules: &[Rule<'_>],
    open: impl Iterator<Item = &'a Rule<'a>>,
) -> Outcome {
    let ends: Vec<Date> = rules
        .iter()
        .filter(|rule| rule.longest && is_on(case, rule.rule))
        .filter(|rule| matches!(prolongation(case, rule.rule), Prolongation::Known))
        .filter(|rule| covers(case, asked, rule.rule))
        .filter(|rule| matches!(overridden(case, asked, rules, rule.rule), Guard::Off))
        .filter_map(|rule| last_days(case, rule.rule))
        .map(|(_, stored)| stored)
        .collect();
    let expired = ends.iter().any(|stored| case.day > *stored);
    // An end that is still to come settles what is open.
    let changes_on = ends.iter().min().and_then(|stored| stored.tomorrow().ok());
    let open = open
        .filter(|rule| rule.rule.period.is_none() && !matches!(guard(case, rule.rule), Guard::Off))
        .filter(|rule| !expired || rule.shortest)
        .filter(|rule| !is_own(case, rule))
        .map(|rule| {
            let code = FindingCode::RetentionUnresolvedErase;
            let open = Outcome::from(Finding::new(code).evidence(rule.evidence.clone()));
            open.until(changes_on.filter(|_| !expired))
        });
    Outcome::all(open)
}

/// What bars the end of the data, be it erasing or what a rule says is done instead: minimum rules, those of national
/// law, and legal holds.
pub fn barred(case: &Case<'_>, asked: &Combination<'_>, rules: &[Rule<'_>]) -> Outcome {
    let minima = || rules.iter().filter(|rule| rule.shortest);
    unresolved(case, asked, rules, minima())
        .and(shortest(case, minima()))
        .and(statutory::barred(case, asked))
        .and(hold(case))
}

/// What the record's shortest periods say against the end of the data.
pub fn shortest<'a>(case: &Case<'_>, minima: impl Iterator<Item = &'a Rule<'a>>) -> Outcome {
    Outcome::all(minima.map(|rule| minimum(case, rule)))
}

/// EARLY_ERASURE_*: a minimum that has not started, or is not over, blocks ERASE. Only one that names a law refuses the
/// person's own request (Art. 17(3)).
fn minimum(case: &Case<'_>, rule: &Rule<'_>) -> Outcome {
    if rule.rule.period.is_none() {
        return Outcome::default();
    }
    let statutory = !rule.rule.laws.is_empty();
    if is_own(case, rule) {
        return Outcome::default();
    }
    let refused = |detail: String| {
        let code = if statutory {
            FindingCode::EarlyErasureRefused
        } else {
            FindingCode::EarlyErasureOwnMinimum
        };
        Outcome::from(Finding::new(code).detail(detail).evidence(rule.evidence.clone()))
    };
    let unknown = |code| {
        Outcome::from(
            Finding::new(FindingCode::RetentionAnchorUnknown)
                .asks(format!("events[\"{code}\"]"))
                .evidence(rule.evidence.clone()),
        )
    };
    let held = match event(case, rule.rule) {
        Event::On(_) => match (prolongation(case, rule.rule), last_days(case, rule.rule)) {
            (Prolongation::Unknown(code), _) => unknown(code),
            (Prolongation::WithoutLength, _) => {
                let code = FindingCode::RetentionExtensionOpen;
                case.attest(Finding::new(code).evidence(rule.evidence.clone()))
            }
            (Prolongation::Known, Some((last, _))) if case.day > last => return Outcome::default(),
            (Prolongation::Known, Some((last, _))) => {
                refused(format!("until {last}")).until(last.tomorrow().ok())
            }
            (Prolongation::Known, None) => refused(String::new()),
        },
        Event::NotYet => refused("the period has not begun".to_owned()),
        Event::Unknown(code) | Event::Unsaid(code) => unknown(code),
    };
    match guard(case, rule.rule) {
        Guard::On => held,
        Guard::Off => Outcome::default(),
        Guard::Unknown(open) => open.until(held.changes_on),
    }
}

/// Whether a rule is the organisation's own and the person asked for erasing, which it does not refuse.
fn is_own(case: &Case<'_>, rule: &Rule<'_>) -> bool {
    let asked_for = matches!(case.facts().erasure, RequestFact::Open | RequestFact::Granted);
    rule.rule.laws.is_empty() && asked_for
}

/// LEGAL_HOLD_*.
fn hold(case: &Case<'_>) -> Outcome {
    let found = |code: FindingCode| Outcome::from(Finding::new(code).asks("legal_hold"));
    match case.facts().legal_hold {
        Fact::Yes => found(FindingCode::LegalHoldActive),
        Fact::Unknown => found(FindingCode::LegalHoldUnknown),
        Fact::No | Fact::Unsaid => Outcome::default(),
    }
}
