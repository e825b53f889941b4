//! How long data is kept, and the arithmetic of periods.
//!
//! Calendar arithmetic follows Regulation (EEC, Euratom) 1182/71 Art. 3(1) and (2)(c) as a convention: the day of
//! the event is not counted, and a period of months or years ends with the last hour of the same date. Ends are not
//! rolled over weekends or holidays: that would lengthen storage.

use std::{fmt, str::FromStr};

use jiff::{Span, civil::Date};

use super::{
    name::Id,
    statement::{Entry, LawReference, Provenance, Scope},
    vocabulary::Code,
};

/// A rule of retention.
#[derive(Clone, Debug)]
pub struct RetentionRule {
    /// Id within the activity or the register's defaults.
    pub id: Option<Id>,
    /// Longest, shortest, or both.
    pub limit: Limit,
    /// The event that starts the period.
    pub event: Code,
    /// Other events that start it: the first of all of them counts.
    pub or_events: Vec<Code>,
    /// What prolongs it.
    pub extensions: Vec<Extension>,
    /// The period; `None` where the rule is unresolved.
    pub period: Option<Period>,
    /// Time after it for storing, erasing and legal claims only.
    pub margin: Period,
    /// What happens at the end.
    pub end_action: EndAction,
    /// How sure the rule is.
    pub certainty: Certainty,
    /// What it keeps.
    pub scope: Scope,
    /// Conditions; one that is denied switches the rule off.
    pub conditions: Vec<Id>,
    /// Rules that it takes the place of.
    pub overrides: Vec<Id>,
    /// The laws that require it.
    pub laws: Vec<LawReference>,
    /// In own words.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A later event that prolongs a period.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The event from which the period runs anew.
    pub event: Code,
    /// The period; `None`: not stated.
    pub period: Option<Period>,
    /// Where it is stated.
    pub provenance: Provenance,
}

impl Entry for RetentionRule {
    fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }
}

/// Whether a period is the longest, the shortest, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Not longer.
    Maximum,
    /// Not shorter.
    Minimum,
    /// Neither longer nor shorter.
    Exact,
}

impl Limit {
    /// Whether it bounds from above.
    pub const fn is_maximum(self) -> bool {
        matches!(self, Self::Maximum | Self::Exact)
    }

    /// Whether it bounds from below.
    pub const fn is_minimum(self) -> bool {
        matches!(self, Self::Minimum | Self::Exact)
    }
}

/// What happens at the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndAction {
    /// Not stated; taken as erasure.
    NotStated,
    /// The data is erased.
    Erasure,
    /// It is made anonymous and kept.
    Anonymisation,
    /// It goes to an archive.
    Archiving,
    /// It is restricted.
    Restricting,
    /// It is reviewed.
    Review,
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The document states it.
    Stated,
    /// A part, such as the start, was interpreted.
    Interpreted,
    /// The document leaves it open.
    Unresolved,
}

/// A calendar period: years, months, weeks and days, none negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    years: i32,
    months: i32,
    weeks: i32,
    days: i32,
}

/// Why a text is not a [`Period`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period is written as in ISO 8601, e.g. `P13M`, `P2Y6M` or `P30D`, of at most 1000 years")]
pub struct InvalidPeriod;

impl Period {
    /// A number of years.
    pub fn of_years(years: i32) -> Self {
        Self {
            years,
            ..Self::default()
        }
    }

    /// Both, one after the other, as one period.
    pub fn plus(self, other: Self) -> Self {
        Self {
            years: self.years + other.years,
            months: self.months + other.months,
            weeks: self.weeks + other.weeks,
            days: self.days + other.days,
        }
    }

    /// Its years, months, weeks and days.
    pub const fn parts(self) -> [i32; 4] {
        [self.years, self.months, self.weeks, self.days]
    }

    /// Whether it has no length.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// The last day of the period that runs from the event: years and months are added once, clamping to the end of
    /// the month, then weeks and days. `None` past the end of the calendar.
    pub fn last_day(self, event: Date) -> Option<Date> {
        let months = Span::new()
            .try_years(self.years)
            .ok()?
            .try_months(self.months)
            .ok()?;
        let days = Span::new().try_weeks(self.weeks).ok()?.try_days(self.days).ok()?;
        event.checked_add(months).ok()?.checked_add(days).ok()
    }
}

impl FromStr for Period {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let mut rest = text
            .strip_prefix('P')
            .filter(|rest| !rest.is_empty())
            .ok_or(InvalidPeriod)?;
        let mut period = Self::default();
        let mut units = [
            ('Y', &mut period.years, 1000),
            ('M', &mut period.months, 12_000),
            ('W', &mut period.weeks, 52_000),
            ('D', &mut period.days, 365_000),
        ]
        .into_iter();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or(InvalidPeriod)?;
            let (digits, tail) = rest.split_at_checked(end).ok_or(InvalidPeriod)?;
            let letter = tail.chars().next().ok_or(InvalidPeriod)?;
            // Taking units from the iterator keeps them in order and at most once.
            let (_, field, most) = units.find(|(unit, ..)| *unit == letter).ok_or(InvalidPeriod)?;
            *field = digits.parse().map_err(|_| InvalidPeriod)?;
            if *field > most {
                return Err(InvalidPeriod);
            }
            rest = tail.strip_prefix(letter).unwrap_or_default();
        }
        drop(units);
        Ok(period)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (number, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.weeks, 'W')] {
            if number != 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        if self.days != 0 || self.is_zero() {
            write!(f, "{}D", self.days)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_day(period: &str, event: &str) -> String {
        let period: Period = period.parse().unwrap();
        period.last_day(event.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn periods_end_on_the_same_date_or_the_end_of_the_month() {
        assert_eq!(last_day("P10Y", "2016-02-29"), "2026-02-28");
        assert_eq!(last_day("P4Y", "2024-02-29"), "2028-02-29");
        assert_eq!(last_day("P6M", "2026-08-31"), "2027-02-28");
        assert_eq!(last_day("P30D", "2026-10-22"), "2026-11-21");
        assert_eq!(last_day("P13M", "2025-01-31"), "2026-02-28");
        assert_eq!(last_day("P1W", "2026-11-24"), "2026-12-01");
    }

    #[test]
    fn years_of_period_and_margin_are_added_once() {
        let three: Period = "P3Y".parse().unwrap();
        let whole = three.plus("P1Y".parse().unwrap());
        let event = "2024-02-29".parse().unwrap();
        assert_eq!(whole.last_day(event).unwrap().to_string(), "2028-02-29");
    }

    #[test]
    fn only_calendar_periods_are_read() {
        for text in [
            "", "P", "13M", "P1M1Y", "P1Y1Y", "PT5H", "P-1D", "P1.5Y", "p1y", "P1Y ", "P9999Y", "P1é",
        ] {
            assert_eq!(text.parse::<Period>(), Err(InvalidPeriod), "{text}");
        }
        for text in ["P13M", "P2Y6M", "P1W", "P30D", "P0D", "P1Y2M3W4D"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
    }
}
