//! Sweden: Data Protection Act 2018:218, and chapter 114 of the Social Insurance Code (2010:110).

use super::{
    InForce, Source,
    ground::{DataLimit, NationalGround},
    sfb_114::{self, HEALTH, PROCESSED_FOR_1_TO_3},
};
use crate::domain::{
    activity::Article9,
    finding::FindingCode,
    register::{PublicRole, Sector},
    term::DataClass,
};

const fn sensitive(
    id: &'static str,
    data: DataLimit,
    purposes: &'static [&'static str],
    citation: &'static str,
) -> NationalGround {
    NationalGround {
        id,
        country: "SE",
        class: DataClass::Special,
        exceptions: &[Article9::SocialProtection, Article9::SubstantialPublicInterest],
        data,
        sectors: &[Sector::SocialInsurance],
        roles: &[PublicRole::Authority],
        points: &[],
        purposes,
        never: &[],
        conditions: &[],
        attest: None,
        in_force: sfb_114::IN_FORCE,
        source: Source {
            citation,
            confirmed: false,
        },
    }
}

pub const GROUNDS: &[NationalGround] = &[
    sensitive(
        "se-sfb-114-11-case",
        DataLimit::Any,
        &[
            "ropa:CaseHandling",
            "ropa:BenefitAdministration",
            "ropa:RecoveryOfOverpayment",
        ],
        "Social Insurance Code (SE) 114:11: submitted in a case or necessary for handling it",
    ),
    sensitive(
        "se-sfb-114-11-disclosure",
        DataLimit::Any,
        &["ropa:DisclosureToAuthorities"],
        "Social Insurance Code (SE) 114:11 with 114:9: necessary for a disclosure that law requires or permits",
    ),
    sensitive(
        "se-sfb-114-11-health-1-2",
        DataLimit::Within(HEALTH),
        &["ropa:BenefitEntitlementAssessment", "ropa:PublicInformation"],
        "Social Insurance Code (SE) 114:11: health data necessary for 114:8 points 1 and 2",
    ),
    NationalGround {
        never: &[],
        conditions: &[PROCESSED_FOR_1_TO_3],
        ..sensitive(
            "se-sfb-114-11-health-4-7",
            DataLimit::Within(HEALTH),
            &[
                "ropa:BenefitMisuseControl",
                "ropa:OperationsPlanning",
                "ropa:Statistics",
            ],
            "Social Insurance Code (SE) 114:11: health data necessary for 114:8 points 4 to 7",
        )
    },
    NationalGround {
        id: "se-dpa-3-8",
        country: "SE",
        class: DataClass::Criminal,
        exceptions: &[],
        data: DataLimit::Any,
        sectors: &[],
        roles: &[PublicRole::Authority],
        points: &[],
        purposes: &[],
        never: &[],
        conditions: &[],
        attest: None,
        in_force: InForce::since(2018, 5, 25),
        source: Source {
            citation: "Data Protection Act (SE) 2018:218 chapter 3 section 8: authorities",
            confirmed: false,
        },
    },
    NationalGround {
        id: "se-dpa-3-10",
        country: "SE",
        class: DataClass::NationalNumber,
        exceptions: &[],
        data: DataLimit::Any,
        sectors: &[],
        roles: &[],
        points: &[],
        purposes: &[],
        never: &[],
        conditions: &[],
        attest: Some(FindingCode::SePnr310Attest),
        in_force: InForce::since(2018, 5, 25),
        source: Source {
            citation: "Data Protection Act (SE) 2018:218 chapter 3 section 10: clearly justified by the purpose, the \
                       importance of secure identification or another noteworthy reason",
            confirmed: false,
        },
    },
];
