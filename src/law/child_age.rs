//! The age from which a child can consent to an information society service (Art. 8(1)), by country.

use jiff::civil::Date;

use super::{InForce, Source};
use crate::domain::party::Country;

/// An age in full years.
#[derive(Clone, Copy, Debug)]
pub struct ConsentAge {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// For consents given in this time.
    pub in_force: InForce,
    /// The age from which the child consents alone.
    pub age: u32,
    /// The provision.
    pub source: Source,
}

/// National ages; elsewhere it is 16.
pub const AGES: [ConsentAge; 4] = [
    ConsentAge {
        country: "DK",
        in_force: InForce::since(2018, 5, 25).until(2024, 1, 1),
        age: 13,
        source: Source {
            citation: "Data Protection Act (DK) section 6, until 2023",
            confirmed: false,
        },
    },
    ConsentAge {
        country: "DK",
        in_force: InForce::since(2024, 1, 1),
        age: 15,
        source: Source {
            citation: "Data Protection Act (DK) section 6, from 2024",
            confirmed: false,
        },
    },
    ConsentAge {
        country: "FI",
        in_force: InForce::since(2019, 1, 1),
        age: 13,
        source: Source {
            citation: "Data Protection Act (FI) 1050/2018 section 5",
            confirmed: false,
        },
    },
    ConsentAge {
        country: "SE",
        in_force: InForce::since(2018, 5, 25),
        age: 13,
        source: Source {
            citation: "Data Protection Act (SE) 2018:218 chapter 2 section 4",
            confirmed: false,
        },
    },
];

/// The next day after `day` on which the country's age changes.
pub fn next_change(country: Country, day: Date) -> Option<Date> {
    let of_country = AGES.iter().filter(|entry| entry.country == country.as_str());
    of_country
        .filter_map(|entry| entry.in_force.next_change(day))
        .min()
}

/// The age that counts for a consent given on the day, and its source where it is national law.
pub fn age_for(country: Country, given_on: Date) -> (u32, Option<Source>) {
    AGES.iter()
        .find(|entry| entry.country == country.as_str() && entry.in_force.contains(given_on))
        .map_or((16, None), |entry| (entry.age, Some(entry.source)))
}
