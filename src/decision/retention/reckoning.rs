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
    /// It is said that the date of this event is unknown.
    Unknown(Code),
    /// Nothing is said of this event.
    Unsaid(Code),
}

/// The first of the events that start the period. While one of them may lie earlier, that one decides, unless the period
/// is over already.
pub fn event(case: &Case<'_>, rule: &RetentionRule) -> Event {
    let first = first_known(case, rule);
    if let Some(day) = first {
        let ends = rule
            .period
            .and_then(|period| period.plus(rule.margin).last_day(day));
        if ends.is_some_and(|ends| case.day > ends) {
            return Event::On(day);
        }
    }
    let mut unsaid = None;
    for code in starts(rule) {
        match event_of(case, code) {
            unknown @ Event::Unknown(_) => return unknown,
            open @ Event::Unsaid(_) => unsaid = unsaid.or(Some(open)),
            Event::On(_) | Event::NotYet => {}
        }
    }
    unsaid.or_else(|| first.map(Event::On)).unwrap_or(Event::NotYet)
}

fn starts(rule: &RetentionRule) -> impl Iterator<Item = Code> {
    std::iter::once(rule.event).chain(rule.or_events.iter().copied())
}

/// The first of the events whose date is known.
fn first_known(case: &Case<'_>, rule: &RetentionRule) -> Option<Date> {
    let days = starts(rule).filter_map(|code| match event_of(case, code) {
        Event::On(day) => Some(day),
        Event::NotYet | Event::Unknown(_) | Event::Unsaid(_) => None,
    });
    days.min()
}

/// The day after which a rule ends at the latest, whatever is still open.
pub fn ends_at_the_latest(case: &Case<'_>, rule: &RetentionRule) -> Option<Date> {
    rule.period?.last_day(first_known(case, rule)?)
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
        Some(EventFact::Unknown) => Event::Unknown(code),
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
            if excluded {
                Event::NotYet
            } else {
                Event::Unsaid(code)
            }
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
        let on = prolongs_on(case, extension, day, first.0)?;
        extension.period.map(|period| ends(on, period))
    });
    Some(prolonged.fold(first, |one, other| (one.0.max(other.0), one.1.max(other.1))))
}

/// Whether the last day of keeping that a rule gives is past.
pub fn is_over(case: &Case<'_>, rule: &RetentionRule) -> bool {
    !is_prolonged(case, rule) && last_days(case, rule).is_some_and(|(_, store_until)| case.day > store_until)
}

/// Whether a period that would be over was prolonged by an event, and the record does not say for how long.
pub fn is_prolonged(case: &Case<'_>, rule: &RetentionRule) -> bool {
    let (Event::On(day), Some((use_until, _))) = (event(case, rule), last_days(case, rule)) else {
        return false;
    };
    let counts = |extension: &Extension| {
        extension.period.is_none() && prolongs_on(case, extension, day, use_until).is_some()
    };
    case.day > use_until && rule.extensions.iter().any(counts)
}

/// The day of an event that prolongs, where it lies within the period.
fn prolongs_on(case: &Case<'_>, extension: &Extension, from: Date, until: Date) -> Option<Date> {
    match case.facts().event(extension.event) {
        Some(EventFact::On(on)) if from <= on && on <= until => Some(on),
        _ => None,
    }
}
