//! The European Economic Area, by ISO 3166-1 code. Outside it Chapter V applies.

use jiff::civil::Date;

use super::{InForce, Source};
use crate::domain::party::Country;

/// A member, or a territory with a code of its own in which the GDPR applies.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// When the GDPR applied there.
    pub in_force: InForce,
    /// Where it is from.
    pub source: Source,
}

/// Since when, and by what.
type Rule = (InForce, &'static str);

/// Since the GDPR applies in the Union.
const UNION: Rule = (InForce::since(2018, 5, 25), "TEU Art. 52, GDPR Art. 99(2)");
/// Territories of Member States in which Union law applies.
const TERRITORY: Rule = (
    InForce::since(2018, 5, 25),
    "TFEU Art. 355(1) and (4), GDPR Art. 99(2)",
);
/// Since its incorporation into the EEA Agreement.
const EFTA: Rule = (
    InForce::since(2018, 7, 20),
    "EEA Joint Committee Decision 154/2018",
);
/// To the end of the transition period.
const UNITED_KINGDOM: Rule = (
    InForce::since(2018, 5, 25).until(2021, 1, 1),
    "Withdrawal Agreement Arts 126, 127",
);

const fn member(code: &'static str, (in_force, citation): Rule) -> Member {
    let source = Source {
        citation,
        confirmed: false,
    };
    Member {
        code,
        in_force,
        source,
    }
}

/// Every member. Svalbard (SJ) is left out: that it belongs is not confirmed. Greenland, the Faroe Islands,
/// Gibraltar, Guernsey, Jersey, the Isle of Man and the overseas countries are not in the EEA.
pub const MEMBERS: [Member; 38] = [
    member("AT", UNION),
    member("BE", UNION),
    member("BG", UNION),
    member("CY", UNION),
    member("CZ", UNION),
    member("DE", UNION),
    member("DK", UNION),
    member("EE", UNION),
    member("ES", UNION),
    member("FI", UNION),
    member("FR", UNION),
    member("GR", UNION),
    member("HR", UNION),
    member("HU", UNION),
    member("IE", UNION),
    member("IT", UNION),
    member("LT", UNION),
    member("LU", UNION),
    member("LV", UNION),
    member("MT", UNION),
    member("NL", UNION),
    member("PL", UNION),
    member("PT", UNION),
    member("RO", UNION),
    member("SE", UNION),
    member("SI", UNION),
    member("SK", UNION),
    // Territories of Finland and France.
    member("AX", TERRITORY),
    member("GF", TERRITORY),
    member("GP", TERRITORY),
    member("MF", TERRITORY),
    member("MQ", TERRITORY),
    member("RE", TERRITORY),
    member("YT", TERRITORY),
    member("IS", EFTA),
    member("LI", EFTA),
    member("NO", EFTA),
    member("GB", UNITED_KINGDOM),
];

/// Whether the country is in the EEA on the day.
pub fn contains(country: Country, day: Date) -> bool {
    member_on(country, day).is_some()
}

/// The country as a member on the day.
pub fn member_on(country: Country, day: Date) -> Option<&'static Member> {
    MEMBERS
        .iter()
        .find(|member| member.code == country.as_str() && member.in_force.contains(day))
}

/// The next day after `day` on which that changes.
pub fn next_change(country: Country, day: Date) -> Option<Date> {
    MEMBERS
        .iter()
        .filter(|member| member.code == country.as_str())
        .filter_map(|member| member.in_force.next_change(day))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(code: &str, day: &str) -> bool {
        contains(Country::parse(code).unwrap(), day.parse().unwrap())
    }

    #[test]
    fn greenland_and_the_faroes_are_outside_although_denmark_is_inside() {
        assert!(is_in("DK", "2026-01-01") && is_in("NO", "2026-01-01") && is_in("AX", "2026-01-01"));
        assert!(!is_in("GL", "2026-01-01") && !is_in("FO", "2026-01-01") && !is_in("CH", "2026-01-01"));
    }

    #[test]
    fn the_united_kingdom_left_with_the_transition_period() {
        assert!(is_in("GB", "2020-12-31") && !is_in("GB", "2021-01-01"));
    }
}
