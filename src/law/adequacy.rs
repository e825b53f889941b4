//! Adequacy decisions (Art. 45), with dates and what limits them. Evaluated at the time of the processing.

use jiff::civil::Date;

use super::{InForce, Source};
use crate::domain::party::Country;

/// An adequacy decision.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// When it is in force.
    pub in_force: InForce,
    /// What limits it to some importers; the question then has to say whether the importer is covered.
    pub scope: Option<&'static str>,
    /// Exporters' countries for which it is not known to hold: ISO 3166-1 alpha-2.
    pub not_from: &'static [&'static str],
    /// The act.
    pub source: Source,
}

/// States that are bound by a decision once it is incorporated into the EEA Agreement.
const EFTA: &[&str] = &["IS", "LI", "NO"];

const fn decision(
    country: &'static str,
    in_force: InForce,
    scope: Option<&'static str>,
    citation: &'static str,
) -> Decision {
    Decision {
        country,
        in_force,
        scope,
        not_from: &[],
        source: Source {
            citation,
            confirmed: false,
        },
    }
}

/// Every decision known, by country. The European Patent Organisation is left out: it is no country.
pub const DECISIONS: [Decision; 17] = [
    decision("AD", InForce::since(2010, 10, 19), None, "Decision 2010/625/EU"),
    decision("AR", InForce::since(2003, 6, 30), None, "Decision 2003/490/EC"),
    Decision {
        not_from: EFTA,
        ..decision(
            "BR",
            InForce::since(2026, 1, 26),
            Some("not processing for public security, defence or criminal investigation"),
            "Implementing Decision (EU) 2026/179; not known to be incorporated into the EEA Agreement",
        )
    },
    decision(
        "CA",
        InForce::since(2001, 12, 20),
        Some("only commercial organisations subject to PIPEDA"),
        "Decision 2002/2/EC",
    ),
    decision("CH", InForce::since(2000, 7, 26), None, "Decision 2000/518/EC"),
    decision(
        "FO",
        InForce::since(2010, 3, 5),
        Some("not data handled by Danish state authorities there"),
        "Decision 2010/146/EU",
    ),
    decision(
        "GB",
        InForce::since(2021, 6, 28).until(2025, 12, 19),
        Some("not data transferred for immigration control"),
        "Implementing Decision (EU) 2021/1772",
    ),
    decision(
        "GB",
        InForce::since(2025, 12, 19).until(2031, 12, 28),
        None,
        "Implementing Decision (EU) 2021/1772, renewed on 19 December 2025 until 27 December 2031",
    ),
    decision("GG", InForce::since(2003, 11, 21), None, "Decision 2003/821/EC"),
    decision(
        "IL",
        InForce::since(2011, 1, 31),
        Some("automated transfers; not the territories administered since 1967"),
        "Decision 2011/61/EU",
    ),
    decision("IM", InForce::since(2004, 4, 28), None, "Decision 2004/411/EC"),
    decision("JE", InForce::since(2008, 5, 8), None, "Decision 2008/393/EC"),
    decision(
        "JP",
        InForce::since(2019, 1, 23),
        Some("business operators under the APPI and the Supplementary Rules"),
        "Implementing Decision (EU) 2019/419",
    ),
    decision(
        "KR",
        InForce::since(2021, 12, 17),
        Some("controllers under PIPA; not credit information under the Credit Information Act"),
        "Implementing Decision (EU) 2022/254",
    ),
    decision(
        "NZ",
        InForce::since(2012, 12, 19),
        None,
        "Implementing Decision 2013/65/EU",
    ),
    decision(
        "US",
        InForce::since(2023, 7, 10),
        Some(
            "only organisations active on the Data Privacy Framework List; personnel data only if certified for it",
        ),
        "Implementing Decision (EU) 2023/1795",
    ),
    decision(
        "UY",
        InForce::since(2012, 8, 21),
        None,
        "Implementing Decision 2012/484/EU",
    ),
];

/// The decision for a country that an exporter may rely on: the one in force on the day, else the latest.
pub fn decision_for(country: Country, exporter: Country, day: Date) -> Option<&'static Decision> {
    let of_country = |decision: &&Decision| {
        decision.country == country.as_str() && !decision.not_from.contains(&exporter.as_str())
    };
    let all = || DECISIONS.iter().filter(of_country);
    all()
        .find(|decision| decision.in_force.contains(day))
        .or_else(|| all().max_by_key(|decision| decision.in_force.from))
}

/// The next day after `day` on which a decision for the country begins or ends.
pub fn next_change(country: Country, day: Date) -> Option<Date> {
    let of_country = DECISIONS
        .iter()
        .filter(|decision| decision.country == country.as_str());
    of_country
        .filter_map(|decision| decision.in_force.next_change(day))
        .min()
}

impl Decision {
    /// Whether it ends within twelve months of the day.
    pub fn is_expiring(&self, day: Date) -> bool {
        let year = jiff::Span::new().years(1);
        let horizon = day.checked_add(year).unwrap_or(Date::MAX);
        self.in_force
            .until
            .is_some_and(|until| day < until && until <= horizon)
    }
}
