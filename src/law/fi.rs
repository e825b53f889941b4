//! Finland: Data Protection Act 1050/2018.

use super::{
    InForce, Source,
    ground::{DataLimit, NationalGround},
};
use crate::domain::{
    activity::{Article6, Article9},
    register::{PublicRole, Sector},
    term::DataClass,
};

/// What an unemployment fund does by law (Act on Unemployment Funds 603/1984 section 1; reporting duties of the
/// Unemployment Security Act 1290/2002).
const STATUTORY_TASKS: &[&str] = &[
    "ropa:BenefitAdministration",
    "ropa:BenefitEntitlementAssessment",
    "ropa:BenefitMisuseControl",
    "ropa:DisclosureToAuthorities",
    "ropa:FeeCollection",
    "ropa:MembershipAdministration",
    "ropa:MembershipEnrolment",
    "ropa:RecoveryOfOverpayment",
    "ropa:StatutoryReporting",
    "ropa:TaxCompliance",
];

const BY_LAW: &[PublicRole] = &[PublicRole::Authority, PublicRole::PrivateWithPublicTask];

const STATUTORY_POINTS: &[Article6] = &[Article6::LegalObligation, Article6::PublicTask];

pub const GROUNDS: &[NationalGround] = &[
    NationalGround {
        id: "fi-dpa-6-1-2",
        country: "FI",
        class: DataClass::Special,
        exceptions: &[Article9::SocialProtection, Article9::SubstantialPublicInterest],
        data: DataLimit::Any,
        sectors: &[Sector::UnemploymentFund],
        roles: BY_LAW,
        points: STATUTORY_POINTS,
        purposes: STATUTORY_TASKS,
        never: &[],
        conditions: &[],
        attest: None,
        in_force: InForce::since(2019, 1, 1),
        source: Source {
            citation: "Data Protection Act (FI) 1050/2018 section 6(1)(2): processing that is laid down by law or \
                       follows directly from a task laid down by law",
            confirmed: false,
        },
    },
    NationalGround {
        id: "fi-dpa-7",
        country: "FI",
        class: DataClass::Criminal,
        exceptions: &[],
        data: DataLimit::Any,
        sectors: &[Sector::UnemploymentFund],
        roles: BY_LAW,
        points: STATUTORY_POINTS,
        purposes: STATUTORY_TASKS,
        never: &[],
        conditions: &[],
        attest: None,
        in_force: InForce::since(2019, 1, 1),
        source: Source {
            citation: "Data Protection Act (FI) 1050/2018 section 7 with section 6(1)(2)",
            confirmed: false,
        },
    },
    NationalGround {
        id: "fi-dpa-29",
        country: "FI",
        class: DataClass::NationalNumber,
        exceptions: &[],
        data: DataLimit::Any,
        sectors: &[Sector::UnemploymentFund],
        roles: BY_LAW,
        points: STATUTORY_POINTS,
        purposes: STATUTORY_TASKS,
        never: &[],
        conditions: &[],
        attest: None,
        in_force: InForce::since(2019, 1, 1),
        source: Source {
            citation: "Data Protection Act (FI) 1050/2018 section 29: unique identification for a task laid down by \
                       law, and in social security",
            confirmed: false,
        },
    },
];
