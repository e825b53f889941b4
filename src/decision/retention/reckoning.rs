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
        // What may prolong it prolongs it from the first start, which is not known then.
        let may_be_prolonged = rule.extensions.iter().any(|extension| {
            let said = case.facts().event(extension.event);
            matches!(said, Some(EventFact::On(_) | EventFact::Unknown))
        });
        if !may_be_prolonged && ends.is_some_and(|ends| case.day > ends) {
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
    let mut last = ends(day, period);
    // What prolongs a period lets later events lie within it; each round adds one at least, or it is the last.
    for _ in &rule.extensions {
        for extension in &rule.extensions {
            let on = prolongs_on(case, extension, day, last.0);
            if let (Some(on), Some(period)) = (on, extension.period) {
                let other = ends(on, period);
                last = (last.0.max(other.0), last.1.max(other.1));
            }
        }
    }
    Some(last)
}

/// Whether the last day of keeping that a rule gives is past.
pub fn is_over(case: &Case<'_>, rule: &RetentionRule) -> bool {
    matches!(prolongation(case, rule), Prolongation::Known)
        && last_days(case, rule).is_some_and(|(_, store_until)| case.day > store_until)
}

/// What is known of the events that prolong a period that would be over.
pub enum Prolongation {
    /// All that matters.
    Known,
    /// One prolongs it, and the record does not say for how long.
    WithoutLength,
    /// Whether this one happened is said to be unknown.
    Unknown(Code),
}

/// What prolongs a period that would be over.
pub fn prolongation(case: &Case<'_>, rule: &RetentionRule) -> Prolongation {
    let (Event::On(day), Some((use_until, _))) = (event(case, rule), last_days(case, rule)) else {
        return Prolongation::Known;
    };
    if case.day <= use_until {
        return Prolongation::Known;
    }
    let unknown = rule
        .extensions
        .iter()
        .find(|extension| matches!(case.facts().event(extension.event), Some(EventFact::Unknown)));
    let without_length = |extension: &Extension| {
        extension.period.is_none() && prolongs_on(case, extension, day, use_until).is_some()
    };
    if rule.extensions.iter().any(without_length) {
        Prolongation::WithoutLength
    } else {
        unknown.map_or(Prolongation::Known, |extension| {
            Prolongation::Unknown(extension.event)
        })
    }
}

/// The day of an event that prolongs, where it lies within the period.
fn prolongs_on(case: &Case<'_>, extension: &Extension, from: Date, until: Date) -> Option<Date> {
    match case.facts().event(extension.event) {
        Some(EventFact::On(on)) if from <= on && on <= until => Some(on),
        _ => None,
    }
}
