//! Material that a national law has kept for a shortest time, whatever the record says.

use jiff::civil::Date;

use super::{InForce, LawCondition, Source};
use crate::domain::register::{Controller, Sector};

/// A shortest period that a law sets. It is reckoned from the day on which the material was received: where the law
/// names no start, that is the earliest there can be.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// Whose law: ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Which organisations it binds.
    pub sector: Sector,
    /// The material, as codes of data.
    pub data: &'static [&'static str],
    /// How many years.
    pub years: i32,
    /// What has to hold beside that.
    pub condition: Option<LawCondition>,
    /// When it is in force.
    pub in_force: InForce,
    /// Where it is from.
    pub source: Source,
}

/// The event from which the period runs.
pub const RECEIVED: &str = "ropa:DataCollected";

/// Documentation of a member's rights and of every payment.
const FUND_MATERIAL: &[&str] = &[
    "ropa:BenefitApplication",
    "ropa:BenefitEntitlement",
    "ropa:BenefitPayment",
];

/// From the day of the order: when it came into force that year has not been looked up.
const FUNDS: InForce = InForce::since(2019, 2, 20);

/// The shortest periods.
pub const PERIODS: [Keeping; 2] = [
    Keeping {
        country: "DK",
        sector: Sector::UnemploymentFund,
        data: FUND_MATERIAL,
        years: 5,
        condition: None,
        in_force: FUNDS,
        source: Source {
            citation: "Order (DK) 150/2019 on the control and administration of unemployment funds, section 19(1); \
                       it names no start",
            confirmed: false,
        },
    },
    Keeping {
        country: "DK",
        sector: Sector::UnemploymentFund,
        data: FUND_MATERIAL,
        years: 8,
        condition: Some(LawCondition {
            id: "dk-funds-19-4-benefit-period",
            text: "the material is used to reckon how much of the benefit period is spent",
        }),
        in_force: FUNDS,
        source: Source {
            citation: "Order (DK) 150/2019 on the control and administration of unemployment funds, section 19(4); \
                       it names no start",
            confirmed: false,
        },
    },
];

/// The periods that bind a controller on a day.
pub fn binding(controller: &Controller, day: Date) -> impl Iterator<Item = &'static Keeping> + use<'_> {
    PERIODS.iter().filter(move |keeping| {
        controller.country.as_str() == keeping.country
            && controller.sector == keeping.sector
            && keeping.in_force.contains(day)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vocabulary::{self, Facet};

    #[test]
    fn every_code_is_known() {
        assert!(vocabulary::lookup(Facet::Event, RECEIVED).is_some());
        for code in PERIODS.iter().flat_map(|keeping| keeping.data) {
            assert!(vocabulary::lookup(Facet::Data, code).is_some(), "{code}");
        }
    }
}
