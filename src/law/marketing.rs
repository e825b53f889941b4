//! What national law asks for direct marketing beside the ground (Directive 2002/58/EC Art. 13, and what Member States
//! have for the passing on of consumers' data).

use jiff::civil::Date;

use super::{InForce, LawCondition, Source};
use crate::domain::{party::Country, question::Channel};

/// A channel by which nobody is approached for direct marketing without consent.
#[derive(Clone, Copy, Debug)]
pub struct Approach {
    /// Whose law: ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// By which channels.
    pub channels: &'static [Channel],
    /// What permits it without consent.
    pub exception: LawCondition,
    /// When it is in force.
    pub in_force: InForce,
    /// Where it is from.
    pub source: Source,
}

/// Data of consumers that is not passed on for the marketing of others without explicit consent.
#[derive(Clone, Copy, Debug)]
pub struct PassingOn {
    /// Whose law: ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// What permits it without consent, for ordinary data.
    pub exception: LawCondition,
    /// When it is in force.
    pub in_force: InForce,
    /// Where it is from.
    pub source: Source,
}

/// The laws on channels.
pub const APPROACHES: [Approach; 1] = [Approach {
    country: "DK",
    channels: &[Channel::Email, Channel::TextMessage],
    exception: LawCondition {
        id: "dk-mpa-10-2-similar-products",
        text: "the person gave the address when buying, could refuse then and can refuse each time, free of charge and \
               easily, and what is offered is similar and the organisation's own",
    },
    in_force: InForce::since(2017, 7, 1),
    source: Source {
        citation: "Marketing Practices Act (DK) section 10(1), (2)",
        confirmed: false,
    },
}];

/// The laws on passing on.
pub const PASSING_ON: [PassingOn; 1] = [PassingOn {
    country: "DK",
    exception: LawCondition {
        id: "dk-dpa-13-2-customer-categories",
        text: "the data is general information on customers that sorts them into categories, and the interest in passing \
               it on prevails",
    },
    in_force: InForce::since(2018, 5, 25),
    source: Source {
        citation: "Data Protection Act (DK) section 13(1)-(3)",
        confirmed: false,
    },
}];

/// What the country's law asks of this channel on the day.
pub fn approach(country: Country, channel: Channel, day: Date) -> Option<&'static Approach> {
    APPROACHES.iter().find(|approach| {
        country.as_str() == approach.country
            && approach.channels.contains(&channel)
            && approach.in_force.contains(day)
    })
}

/// What the country's law asks of passing on on the day.
pub fn passing_on(country: Country, day: Date) -> Option<&'static PassingOn> {
    PASSING_ON
        .iter()
        .find(|passing| country.as_str() == passing.country && passing.in_force.contains(day))
}

/// The conditions of these laws.
pub fn conditions() -> impl Iterator<Item = LawCondition> {
    let approaches = APPROACHES.iter().map(|approach| approach.exception);
    approaches.chain(PASSING_ON.iter().map(|passing| passing.exception))
}
