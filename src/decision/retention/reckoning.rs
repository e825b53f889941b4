//! When a period begins and ends, from the events that the question tells.

use jiff::civil::Date;

use crate::{
    decision::case::Case,
    domain::{
        question::EventFact,
        retention::{Extension, Period, RetentionRule},
        vocabulary::Code,
    },
};

/// When the event of a rule happened.
pub enum Event {
    On(Date),
    /// It has not happened, or what is said of the person excludes it.
    NotYet,
    Unknown,
    Unsaid,
}

/// The first of the events that start the period.
pub fn event(case: &Case<'_>, rule: &RetentionRule) -> Event {
    let all = || std::iter::once(rule.event).chain(rule.or_events.iter().copied());
    let mut first = None;
    for code in all() {
        if let Event::On(day) = event_of(case, code) {
            first = first.into_iter().chain([day]).min();
        }
    }
    if let Some(day) = first {
        return Event::On(day);
    }
    let is = |which: fn(&Event) -> bool| all().any(|code| which(&event_of(case, code)));
    if is(|event| matches!(event, Event::Unknown)) {
        Event::Unknown
    } else if is(|event| matches!(event, Event::Unsaid)) {
        Event::Unsaid
    } else {
        Event::NotYet
    }
}

/// When one event happened.
pub fn event_of(case: &Case<'_>, code: Code) -> Event {
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
pub fn last_days(case: &Case<'_>, rule: &RetentionRule) -> Option<(Date, Date)> {
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

/// Whether the last day of keeping that a rule gives is past.
pub fn is_over(case: &Case<'_>, rule: &RetentionRule) -> bool {
    last_days(case, rule).is_some_and(|(_, store_until)| case.day > store_until)
}

/// Whether a period that would be over was prolonged by an event, and the record does not say for how long.
pub fn is_prolonged(case: &Case<'_>, rule: &RetentionRule) -> bool {
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
