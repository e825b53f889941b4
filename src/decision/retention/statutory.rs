//! What national law has kept for a shortest time, whatever the record says.

use jiff::civil::Date;

use super::reckoning::{Event, event_of};
use crate::{
    decision::{
        case::{Case, Combination},
        outcome::Outcome,
    },
    domain::{
        finding::{Finding, FindingCode, Verdict},
        organisation::Role,
        retention::Period,
        statement::Scope,
        term::Term,
        vocabulary::{self, Facet},
    },
    law::keeping::{self, Keeping},
};

/// EARLY_ERASURE_REFUSED: what the law still has kept is not erased, whoever asks (Art. 17(3)(b)).
pub fn barred(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    Outcome::all(keepings(case, asked).map(|keeping| bar(case, keeping)))
}

/// The last day on which a law is known to have what is asked kept.
pub fn held_until(case: &Case<'_>, asked: &Combination<'_>) -> Option<Date> {
    keepings(case, asked)
        .filter(|keeping| {
            let scope = scope(keeping);
            case.scope_covers_matter(&scope, asked) && condition(case, keeping).is_permitted()
        })
        .filter_map(|keeping| match received(case) {
            Event::On(day) => last_day(keeping, day),
            Event::NotYet | Event::Unknown(_) | Event::Unsaid(_) => None,
        })
        .filter(|last| case.day <= *last)
        .max()
}

fn bar(case: &Case<'_>, keeping: &Keeping) -> Outcome {
    let open = condition(case, keeping);
    if open.verdict() == Verdict::Denied {
        return Outcome::default();
    }
    let found = |code: FindingCode| Finding::new(code).detail(keeping.source.citation);
    let law = case.law(keeping.source);
    match received(case) {
        Event::On(day) => match last_day(keeping, day) {
            Some(last) if case.day > last => law,
            last => {
                let kept = if open.is_permitted() {
                    found(FindingCode::EarlyErasureRefused).into()
                } else {
                    open
                };
                law.and(kept).until(last.and_then(|last| last.tomorrow().ok()))
            }
        },
        Event::NotYet => law.with(found(FindingCode::EarlyErasureRefused)),
        Event::Unknown(_) | Event::Unsaid(_) => {
            let asks = format!("events[\"{}\"]", keeping::RECEIVED);
            law.with(found(FindingCode::RetentionAnchorUnknown).asks(asks))
        }
    }
}

/// The periods that bind the controller for anything that may be in what is asked.
fn keepings<'a>(
    case: &'a Case<'_>,
    asked: &'a Combination<'_>,
) -> impl Iterator<Item = &'static Keeping> + use<'a> {
    // What it does for others is kept as their law says.
    let own = case.activity.role != Role::Processor;
    keeping::binding(&case.record.register.controller, case.day)
        .filter(move |_| own)
        .filter(move |keeping| case.overlaps_matter(&scope(keeping), asked))
}

fn scope(keeping: &Keeping) -> Scope {
    let data = keeping.data.iter();
    Scope {
        data: data
            .filter_map(|code| Term::parse(Facet::Data, code).ok())
            .collect(),
        ..Scope::default()
    }
}

fn condition(case: &Case<'_>, keeping: &Keeping) -> Outcome {
    let condition = keeping.condition.map(|condition| case.law_condition(condition));
    condition.unwrap_or_default()
}

fn received(case: &Case<'_>) -> Event {
    let code = vocabulary::lookup(Facet::Event, keeping::RECEIVED);
    code.map_or(Event::NotYet, |code| event_of(case, code))
}

fn last_day(keeping: &Keeping, received: Date) -> Option<Date> {
    Period::of_years(keeping.years).last_day(received)
}
