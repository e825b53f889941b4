//! Conjunct 6: the data may still be kept and used, or already be erased (Arts 5(1)(e), 17, 30(1)(f)).
//!
//! Per purpose, the latest use is the earliest end of the maximum rules that apply, the earliest erasure the latest
//! end of the minimum rules. The day of the event is not counted; the same date is the last day.

use jiff::civil::Date;

use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    finding::{Evidence, Finding, FindingCode},
    operation::Operation,
    question::{EventFact, Fact, RequestFact},
    retention::{Certainty, EndAction, RetentionRule},
};

/// RETENTION_*, EARLY_ERASURE_*, LEGAL_HOLD_*.
pub fn retention(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let list = case.retention();
    let in_scope: Vec<(String, &RetentionRule)> = list
        .iter()
        .filter(|(_, rule)| case.counts(&rule.scope.purposes) && case.overlaps(&rule.scope, asked))
        .collect();
    let mut outcome = Outcome::default();
    if asked.operation == Operation::RestoreBackup {
        outcome = outcome.with(Finding::new(FindingCode::EraseAgain));
    }
    if in_scope.is_empty() {
        return if asked.operation.is_duty() {
            outcome.and(erase_holds(case, asked))
        } else {
            outcome
                .with(Finding::new(FindingCode::RetentionNotRecorded))
                .with(Finding::new(FindingCode::ReviewBy))
                .and(relation_over(case, asked))
        };
    }
    let mut on = Vec::new();
    for (place, rule) in &in_scope {
        let evidence = case.evidence(place.clone(), &rule.provenance);
        match guard(case, rule) {
            Guard::On => on.push(Rule { rule, evidence }),
            Guard::Off => {}
            Guard::Unknown(open) => outcome = outcome.and(open),
        }
    }
    let overridden = |rule: &RetentionRule| {
        on.iter().any(|other| {
            rule.id
                .as_ref()
                .is_some_and(|id| other.rule.overrides.contains(id))
        })
    };
    let (maxima, minima) = (
        on.iter()
            .filter(|one| one.rule.limit.is_maximum() && !overridden(one.rule)),
        on.iter().filter(|one| one.rule.limit.is_minimum()),
    );
    let had_maximum = in_scope.iter().any(|(_, rule)| rule.limit.is_maximum());
    let maxima: Vec<&Rule<'_>> = maxima.collect();
    if had_maximum && maxima.is_empty() && !asked.operation.is_duty() {
        outcome = outcome.with(Finding::new(FindingCode::RetentionNoneApplies));
    }
    let minima: Vec<&Rule<'_>> = minima.collect();
    outcome = maximum(case, asked, &maxima, running(case, &minima), outcome);
    outcome
        .and(minimum(case, asked, &minima))
        .and(erase_holds(case, asked))
}

struct Rule<'a> {
    rule: &'a RetentionRule,
    evidence: Evidence,
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
    /// It has not happened, or the category of the person excludes it.
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
            let running = |current: &str, former: &str| case.person_is(current) && !case.person_is(former);
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

/// The ends of one maximum.
struct End<'a> {
    use_until: Date,
    store_until: Date,
    rule: &'a Rule<'a>,
}

/// The last day of a minimum that is known to be running.
fn running(case: &Case<'_>, minima: &[&Rule<'_>]) -> Option<Date> {
    let last = |rule: &&Rule<'_>| match (event(case, rule.rule), rule.rule.period) {
        (Event::On(day), Some(period)) => period.last_day(day).filter(|last| case.day <= *last),
        _ => None,
    };
    minima.iter().filter_map(last).max()
}

/// The maximum rules.
fn maximum(
    case: &Case<'_>,
    asked: &Combination<'_>,
    maxima: &[&Rule<'_>],
    held_until: Option<Date>,
    mut outcome: Outcome,
) -> Outcome {
    let operation = asked.operation;
    let mut ends = Vec::new();
    let mut unresolved = Vec::new();
    for rule in maxima.iter().copied() {
        let found = |code: FindingCode| Finding::new(code).evidence(rule.evidence.clone());
        let asks = format!("events[\"{}\"]", rule.rule.event);
        let Some(period) = rule.rule.period else {
            unresolved.push(rule);
            continue;
        };
        if rule.rule.certainty == Certainty::Interpreted && !operation.is_duty() {
            outcome =
                outcome.with(found(FindingCode::RetentionInterpreted).detail(rule.rule.event.to_string()));
        }
        match event(case, rule.rule) {
            Event::On(day) => {
                let last = period.last_day(day).unwrap_or(Date::MAX);
                let stored = period.plus(rule.rule.margin).last_day(day).unwrap_or(Date::MAX);
                ends.push(End {
                    use_until: last,
                    store_until: stored,
                    rule,
                });
            }
            Event::NotYet => {}
            Event::Unknown if operation.is_duty() || operation == Operation::Anonymise => {}
            Event::Unknown => outcome = outcome.with(found(FindingCode::RetentionAnchorUnknown).asks(asks)),
            Event::Unsaid => match operation {
                Operation::Erase | Operation::Restrict | Operation::Anonymise => {}
                Operation::Store | Operation::Archive => {
                    let detail = format!("{period} after {}", rule.rule.event);
                    let open = found(FindingCode::RetentionAnchorUnsaid)
                        .detail(detail)
                        .asks(asks);
                    outcome = outcome.and(case.attest(open));
                }
                _ => {
                    let detail = format!("{period} after {}", rule.rule.event);
                    outcome = outcome.with(found(FindingCode::NotAfter).detail(detail));
                }
            },
        }
    }
    let computed = !ends.is_empty();
    let expired;
    (outcome, expired) = bounds(case, asked, &ends, held_until, outcome);
    for rule in unresolved {
        let found = |code: FindingCode| Finding::new(code).evidence(rule.evidence.clone());
        if operation == Operation::Erase {
            if !expired {
                outcome = outcome.with(found(FindingCode::RetentionUnresolvedErase));
            }
        } else if !operation.is_duty() {
            outcome = outcome
                .with(found(FindingCode::RetentionUnresolved))
                .with(found(FindingCode::ReviewBy));
        }
    }
    if !computed {
        outcome = outcome.and(relation_over(case, asked));
    }
    outcome
}

/// RETENTION_EXPIRED and RETENTION_MARGIN_STORAGE_ONLY, or the day by which the data has to go. Answers too whether
/// the last day of storing has passed. A minimum that runs past every maximum leaves storing alone permitted.
fn bounds(
    case: &Case<'_>,
    asked: &Combination<'_>,
    ends: &[End<'_>],
    held_until: Option<Date>,
    mut outcome: Outcome,
) -> (Outcome, bool) {
    let Some(first) = ends.iter().min_by_key(|end| end.store_until) else {
        return (outcome, false);
    };
    let use_until = ends
        .iter()
        .map(|end| end.use_until)
        .min()
        .unwrap_or(first.use_until);
    let store_until = first.store_until;
    let evidence = || first.rule.evidence.clone();
    if ends.iter().any(|end| end.use_until != use_until) {
        outcome = outcome.with(Finding::new(FindingCode::RetentionConflict).evidence(evidence()));
    }
    let facts = case.facts();
    let leaving = matches!(
        asked.operation,
        Operation::Erase | Operation::Anonymise | Operation::Restrict
    );
    let archived = asked.operation == Operation::Archive
        && ends
            .iter()
            .any(|end| end.rule.rule.end_action == EndAction::Archiving);
    let claim = facts.legal_claim == Fact::Yes;
    let tomorrow = |day: Date| day.tomorrow().ok();
    if case.day > store_until {
        if let (Operation::Store, Some(last)) = (asked.operation, held_until) {
            let duty = Finding::new(FindingCode::RestrictUntil).on(last);
            return (outcome.with(duty).until(tomorrow(last)), true);
        }
        if !(leaving || archived || claim && facts.legal_hold == Fact::Yes) {
            let detail = format!("the last day was {store_until}");
            let finding = Finding::new(FindingCode::RetentionExpired)
                .detail(detail)
                .evidence(evidence());
            outcome = outcome.with(finding);
        }
        return (outcome, true);
    }
    if case.day > use_until {
        if !(leaving || claim || asked.operation == Operation::Store) {
            let detail = format!("the last day of use was {use_until}");
            let code = FindingCode::RetentionMarginStorageOnly;
            outcome = outcome.with(Finding::new(code).detail(detail).evidence(evidence()));
        }
        outcome = outcome.until(tomorrow(store_until));
    } else {
        outcome = outcome.until(tomorrow(use_until));
    }
    if !leaving {
        let code = match first.rule.rule.end_action {
            EndAction::Anonymisation => FindingCode::AnonymiseBy,
            _ => FindingCode::EraseBy,
        };
        outcome = outcome.with(Finding::new(code).on(store_until).evidence(evidence()));
    }
    (outcome, false)
}

/// EARLY_ERASURE_*: a minimum that has not started, or is not over, blocks ERASE.
fn minimum(case: &Case<'_>, asked: &Combination<'_>, minima: &[&Rule<'_>]) -> Outcome {
    if asked.operation != Operation::Erase {
        return Outcome::default();
    }
    let requested = matches!(case.facts().erasure, RequestFact::Open | RequestFact::Granted);
    Outcome::all(minima.iter().map(|rule| {
        let statutory = !rule.rule.laws.is_empty();
        if requested && !statutory {
            return Outcome::default();
        }
        let code = if statutory {
            FindingCode::EarlyErasureRefused
        } else {
            FindingCode::EarlyErasureOwnMinimum
        };
        let found = |code: FindingCode, detail: String| {
            Outcome::from(Finding::new(code).detail(detail).evidence(rule.evidence.clone()))
        };
        let Some(period) = rule.rule.period else {
            return Outcome::default();
        };
        match event(case, rule.rule) {
            Event::On(day) => match period.last_day(day) {
                Some(last) if case.day > last => Outcome::default(),
                Some(last) => found(code, format!("until {last}")).until(last.tomorrow().ok()),
                None => found(code, String::new()),
            },
            Event::NotYet => found(code, "the period has not begun".to_owned()),
            Event::Unknown | Event::Unsaid => {
                let finding = Finding::new(FindingCode::RetentionAnchorUnknown);
                finding
                    .asks(format!("events[\"{}\"]", rule.rule.event))
                    .evidence(rule.evidence.clone())
                    .into()
            }
        }
    }))
}

/// LEGAL_HOLD_*, and the duty to tell recipients.
fn erase_holds(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if asked.operation != Operation::Erase {
        return Outcome::default();
    }
    let hold = match case.facts().legal_hold {
        Fact::Yes => Finding::new(FindingCode::LegalHoldActive)
            .asks("legal_hold")
            .into(),
        Fact::Unknown => Finding::new(FindingCode::LegalHoldUnknown)
            .asks("legal_hold")
            .into(),
        Fact::No | Fact::Unsaid => Outcome::default(),
    };
    if case.activity.disclosures.is_empty() {
        hold
    } else {
        hold.with(Finding::new(FindingCode::NotifyRecipients19))
    }
}

/// RETENTION_RELATION_OVER: where what the purpose serves is said to be over and no maximum is reckoned.
fn relation_over(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    const ENDS: [&str; 5] = [
        "ropa:CaseClosed",
        "ropa:ContractEnded",
        "ropa:EndOfCustomerRelationship",
        "ropa:EndOfMembership",
        "ropa:PurposeEnded",
    ];
    const FORMER: [(&str, &str); 3] = [
        ("ropa:FormerMember", "dpv:Member"),
        ("ropa:FormerCustomer", "dpv:Customer"),
        ("ropa:FormerEmployee", "dpv:Employee"),
    ];
    if asked.operation.is_duty() || asked.operation == Operation::Anonymise {
        return Outcome::default();
    }
    let ended =
        |event: &str| matches!(case.facts().events.get(event), Some(EventFact::On(day)) if *day <= case.day);
    let former = FORMER
        .iter()
        .any(|(former, current)| case.person_is(former) && !case.person_is(current));
    if ENDS.iter().any(|event| ended(event)) || former {
        FindingCode::RetentionRelationOver.into()
    } else {
        Outcome::default()
    }
}
