//! Everything but erasing: the maximum rules that are on bound it.

use jiff::civil::Date;

use super::{
    Guard, Rule, covers,
    erase::shortest,
    guard, is_on, overridden,
    reckoning::{Event, Prolongation, ends_at_the_latest, event, is_over, last_days, prolongation},
    statutory,
};
use crate::{
    decision::{
        case::{Case, Combination},
        outcome::Outcome,
    },
    domain::{
        finding::{Finding, FindingCode, Verdict},
        operation::Operation,
        question::{EventFact, Fact},
        retention::{Certainty, EndAction},
        term::FORMER,
    },
};

/// RETENTION_* of what is kept and used.
pub fn keep(case: &Case<'_>, asked: &Combination<'_>, rules: &[&Rule<'_>]) -> Outcome {
    if rules.is_empty() {
        return Outcome::from(FindingCode::RetentionNotRecorded)
            .with(Finding::new(FindingCode::ReviewBy))
            .and(relation_over(case, asked));
    }
    let mut outcome = Outcome::default();
    let mut maxima = Vec::new();
    let mut unsure = Vec::new();
    for rule in rules.iter().copied().filter(|rule| rule.longest) {
        match guard(case, rule.rule) {
            Guard::On => maxima.push(rule),
            Guard::Off => {}
            Guard::Unknown(open) => unsure.push((rule, open)),
        }
    }
    maxima.retain(
        |rule| match overridden(case, asked, rules.iter().copied(), rule.rule) {
            Guard::On => false,
            Guard::Off => true,
            // Whether what lengthens applies decides only once the shorter period is over.
            Guard::Unknown(open) => {
                let over = is_over(case, rule.rule);
                if over {
                    outcome = std::mem::take(&mut outcome).and(open);
                }
                !over
            }
        },
    );
    // Whether a period applies matters once it may be over, or where there is no other.
    for (rule, open) in unsure {
        outcome = match runs_until(case, rule) {
            Some(until) if !maxima.is_empty() => outcome.until(until.tomorrow().ok()),
            _ => outcome.and(open),
        };
    }
    if outcome.is_permitted() && maxima.is_empty() && rules.iter().any(|rule| rule.longest) {
        outcome = outcome.with(Finding::new(FindingCode::RetentionNoneApplies));
    }
    for rule in rules
        .iter()
        .filter(|rule| rule.rule.period.is_none() && !rule.longest)
    {
        outcome = outcome.and(unresolved(rule));
    }
    let bounded = maximum(case, asked, &maxima, held_until(case, asked, rules));
    outcome.and(may_be_held(case, asked, rules, bounded))
}

/// What is over may still have to be stored: while a fact decides whether a shortest period of
/// the record holds it, that is asked. A period of national law runs from the day on which the data was received, long before: whoever knows the
/// day says it, and nobody is asked for it.
fn may_be_held(
    case: &Case<'_>,
    asked: &Combination<'_>,
    rules: &[&Rule<'_>],
    mut bounded: Outcome,
) -> Outcome {
    let is_expired = |finding: &Finding| finding.code == FindingCode::RetentionExpired;
    if asked.operation != Operation::Store || !bounded.findings.iter().any(is_expired) {
        return bounded;
    }
    let may_hold = |rule: &&Rule<'_>| {
        rule.shortest && case.counts(&rule.rule.scope.purposes) && covers(case, asked, rule.rule)
    };
    let open = shortest(case, rules.iter().copied().filter(may_hold));
    if open.verdict() == Verdict::Undetermined {
        bounded.findings.retain(|finding| !is_expired(finding));
        bounded = bounded.and(open);
    }
    bounded
}

/// The last day of a period that is known to be running or to be still to come.
fn runs_until(case: &Case<'_>, rule: &Rule<'_>) -> Option<Date> {
    match event(case, rule.rule) {
        // What is left open only warns.
        _ if rule.rule.period.is_none() => Some(Date::MAX),
        Event::NotYet => Some(Date::MAX),
        Event::On(_) => last_days(case, rule.rule)
            .map(|(use_until, _)| use_until)
            .filter(|use_until| case.day <= *use_until),
        Event::Unknown(_) | Event::Unsaid(_) => None,
    }
}

/// RETENTION_UNRESOLVED: the record leaves the period open.
fn unresolved(rule: &Rule<'_>) -> Outcome {
    let found = |code: FindingCode| Finding::new(code).evidence(rule.evidence.clone());
    Outcome::from(found(FindingCode::RetentionUnresolved)).with(found(FindingCode::ReviewBy))
}

/// The last day of a minimum that is known to be running, or to be still to come, and covers what is asked; of one still to
/// come there is none yet.
fn held_until(case: &Case<'_>, asked: &Combination<'_>, rules: &[&Rule<'_>]) -> Option<Date> {
    rules
        .iter()
        .filter(|rule| rule.shortest && rule.rule.period.is_some() && is_on(case, rule.rule))
        .filter(|rule| case.counts(&rule.rule.scope.purposes) && covers(case, asked, rule.rule))
        .filter_map(|rule| match event(case, rule.rule) {
            Event::NotYet => Some(Date::MAX),
            _ => last_days(case, rule.rule).map(|(last, _)| last),
        })
        .filter(|last| case.day <= *last)
        .chain(statutory::held_until(case, asked))
        .max()
}

/// The ends of one maximum.
struct End<'a> {
    use_until: Date,
    store_until: Date,
    rule: &'a Rule<'a>,
}

fn maximum(
    case: &Case<'_>,
    asked: &Combination<'_>,
    maxima: &[&Rule<'_>],
    held_until: Option<Date>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut ends = Vec::new();
    let mut reckoned = false;
    for rule in maxima.iter().copied() {
        let Some(period) = rule.rule.period else {
            outcome = outcome.and(unresolved(rule));
            continue;
        };
        let found = |code: FindingCode| Finding::new(code).evidence(rule.evidence.clone());
        if rule.rule.certainty == Certainty::Interpreted {
            outcome =
                outcome.with(found(FindingCode::RetentionInterpreted).detail(rule.rule.event.to_string()));
        }
        match prolongation(case, rule.rule) {
            Prolongation::Known => {}
            Prolongation::WithoutLength => {
                outcome = outcome.and(case.attest(found(FindingCode::RetentionExtensionOpen)));
                reckoned = true;
                continue;
            }
            Prolongation::Unknown(code) => {
                let open = found(FindingCode::RetentionAnchorUnknown);
                outcome = outcome.with(open.asks(format!("events[\"{code}\"]")));
                reckoned = true;
                continue;
            }
        }
        if let Some((use_until, store_until)) = last_days(case, rule.rule) {
            ends.push(End {
                use_until,
                store_until,
                rule,
            });
            continue;
        }
        let asks = |code| format!("events[\"{code}\"]");
        let after = |code| format!("{period} after {code}");
        let latest = ends_at_the_latest(case, rule.rule).and_then(|last| last.tomorrow().ok());
        reckoned |= latest.is_some();
        outcome = match (event(case, rule.rule), asked.operation) {
            (Event::On(_) | Event::NotYet, _) => outcome,
            (Event::Unknown(_) | Event::Unsaid(_), Operation::Anonymise) => outcome,
            (Event::Unknown(code), _) => {
                outcome.with(found(FindingCode::RetentionAnchorUnknown).asks(asks(code)))
            }
            // Whether the period is over decides whether the data goes to the archive at all.
            (Event::Unsaid(code), Operation::Archive) if rule.rule.end_action == EndAction::Archiving => {
                outcome.with(found(FindingCode::RetentionAnchorUnknown).asks(asks(code)))
            }
            (Event::Unsaid(code), Operation::Store | Operation::Archive) => {
                let open = found(FindingCode::RetentionAnchorUnsaid);
                outcome.and(case.attest(open.detail(after(code)).asks(asks(code))))
            }
            (Event::Unsaid(code), _) => outcome.with(found(FindingCode::NotAfter).detail(after(code))),
        }
        .until(latest);
    }
    let over = if ends.is_empty() && !reckoned {
        relation_over(case, asked)
    } else {
        Outcome::default()
    };
    outcome.and(over).and(bounds(case, asked, &ends, held_until))
}

/// RETENTION_EXPIRED and RETENTION_MARGIN_STORAGE_ONLY, or the day by which the data has to go. A minimum that runs past
/// every maximum leaves storing alone permitted.
fn bounds(case: &Case<'_>, asked: &Combination<'_>, ends: &[End<'_>], held_until: Option<Date>) -> Outcome {
    let Some(first) = ends.iter().min_by_key(|end| end.store_until) else {
        return Outcome::default();
    };
    let use_until = ends
        .iter()
        .map(|end| end.use_until)
        .min()
        .unwrap_or(first.use_until);
    let store_until = first.store_until;
    let found = |code: FindingCode| Finding::new(code).evidence(first.rule.evidence.clone());
    let mut outcome = Outcome::default();
    if ends.iter().any(|end| end.use_until != use_until) {
        outcome = outcome.with(found(FindingCode::RetentionConflict));
    }
    let end_action = first.rule.rule.end_action;
    let leaving = asked.operation == Operation::Anonymise
        || asked.operation == Operation::Archive && end_action == EndAction::Archiving;
    let claim = case.facts().legal_claim == Fact::Yes;
    let tomorrow = |day: Date| day.tomorrow().ok();
    if case.day > store_until {
        return match (asked.operation, held_until) {
            (Operation::Store, Some(last)) => {
                let duty = Finding::new(FindingCode::RestrictUntil);
                match tomorrow(last) {
                    Some(tomorrow) => outcome.with(duty.on(last)).until(Some(tomorrow)),
                    None => outcome.with(duty),
                }
            }
            // A minimum that outlives every maximum leaves storing alone.
            _ if leaving && held_until.is_none() || claim && case.facts().legal_hold == Fact::Yes => outcome,
            _ => {
                let detail = format!("the last day was {store_until}");
                outcome.with(found(FindingCode::RetentionExpired).detail(detail))
            }
        };
    }
    outcome = if case.day <= use_until {
        outcome.until(tomorrow(use_until))
    } else if leaving || claim || asked.operation == Operation::Store {
        outcome.until(tomorrow(store_until))
    } else {
        let detail = format!("the last day of use was {use_until}");
        let finding = found(FindingCode::RetentionMarginStorageOnly).detail(detail);
        outcome.with(finding).until(tomorrow(store_until))
    };
    if leaving {
        return outcome;
    }
    let duty = match end_action {
        EndAction::Anonymisation => FindingCode::AnonymiseBy,
        _ => FindingCode::EraseBy,
    };
    outcome.with(found(duty).on(store_until))
}

/// RETENTION_RELATION_OVER: where what the purpose serves is said to be over and no maximum is reckoned.
fn relation_over(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    const ENDS: [&str; 9] = [
        "ropa:ApplicationWithdrawn",
        "ropa:CaseClosed",
        "ropa:ChatEnded",
        "ropa:ContractEnded",
        "ropa:Death",
        "ropa:EndOfCustomerRelationship",
        "ropa:EndOfMembership",
        "ropa:OfferDeadlineExpired",
        "ropa:PurposeEnded",
    ];
    if asked.operation == Operation::Anonymise {
        return Outcome::default();
    }
    let ended: Vec<Date> = ENDS
        .iter()
        .filter_map(|event| match case.facts().events.get(*event) {
            Some(EventFact::On(day)) => Some(*day),
            _ => None,
        })
        .collect();
    let former = FORMER
        .iter()
        .any(|(former, current)| case.person_is(former) && !case.person_is(current));
    let deceased = case.person_is("ropa:DeceasedPerson");
    if former || deceased || ended.iter().any(|day| *day <= case.day) {
        FindingCode::RetentionRelationOver.into()
    } else {
        Outcome::default().until(ended.into_iter().min())
    }
}
