//! Denmark: the Data Protection Act (databeskyttelsesloven, Act 502 of 23 May 2018), and the Act on CCTV Surveillance.
//!
//! Section 7(1) and (2) repeat exceptions of Art. 9(2) that a record states itself; section 7(4) needs a permit of the
//! authority where a private body rests on it alone. Section 10 (research) is left to records that name it.

use super::{
    InForce, LawCondition, Source,
    ground::{DataLimit, NationalGround},
};
use crate::domain::{
    register::{PublicRole, Sector},
    term::DataClass,
};

/// Since the act is in force.
const ACT: InForce = InForce::since(2018, 5, 25);

const PRIVATE: &[PublicRole] = &[PublicRole::Private, PublicRole::PrivateWithPublicTask];

/// Section 8(3): a legitimate interest clearly overrides that of the person.
const OVERRIDES: LawCondition = LawCondition {
    id: "dk-dpa-8-3-overrides",
    text: "a legitimate interest clearly overrides the interests of the person in the criminal data",
};

/// Section 8(1): necessary for the tasks of the authority.
const NECESSARY_FOR_TASKS: LawCondition = LawCondition {
    id: "dk-dpa-8-1-necessary",
    text: "the criminal data is necessary for the tasks of the authority",
};

/// Section 11(1): for unique identification or as a journal number.
const IDENTIFIES: LawCondition = LawCondition {
    id: "dk-dpa-11-1-identification",
    text: "the civil registration number serves unique identification or is used as a journal number",
};

/// What an unemployment fund does by law with the number (Unemployment Insurance Act; reporting to the income register).
const FUND_TASKS: &[&str] = &[
    "ropa:BenefitAdministration",
    "ropa:BenefitEntitlementAssessment",
    "ropa:BenefitMisuseControl",
    "ropa:CaseHandling",
    "ropa:DisclosureToAuthorities",
    "ropa:FeeCollection",
    "ropa:MembershipAdministration",
    "ropa:MembershipEnrolment",
    "ropa:RecoveryOfOverpayment",
    "ropa:StatutoryReporting",
    "ropa:TaxCompliance",
];

/// What an insurer reports by law with the number (Tax Control Act, Act on the Taxation of Pension Schemes).
const INSURER_REPORTS: &[&str] = &["ropa:StatutoryReporting", "ropa:TaxCompliance"];

const fn source(citation: &'static str) -> Source {
    Source {
        citation,
        confirmed: false,
    }
}

const fn ground(id: &'static str, class: DataClass, citation: &'static str) -> NationalGround {
    NationalGround {
        id,
        country: "DK",
        class,
        exceptions: &[],
        data: DataLimit::Any,
        sectors: &[],
        roles: PRIVATE,
        points: &[],
        purposes: &[],
        conditions: &[],
        attest: None,
        in_force: ACT,
        source: source(citation),
    }
}

/// National grounds.
pub const GROUNDS: &[NationalGround] = &[
    NationalGround {
        roles: &[PublicRole::Authority],
        conditions: &[NECESSARY_FOR_TASKS],
        ..ground(
            "dk-dpa-8-1",
            DataClass::Criminal,
            "Data Protection Act (DK) section 8(1): authorities",
        )
    },
    NationalGround {
        conditions: &[OVERRIDES],
        ..ground(
            "dk-dpa-8-3",
            DataClass::Criminal,
            "Data Protection Act (DK) section 8(3): private bodies, where a legitimate interest clearly overrides",
        )
    },
    NationalGround {
        roles: &[PublicRole::Authority],
        conditions: &[IDENTIFIES],
        ..ground(
            "dk-dpa-11-1",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(1): authorities",
        )
    },
    NationalGround {
        sectors: &[Sector::UnemploymentFund],
        purposes: FUND_TASKS,
        ..ground(
            "dk-dpa-11-2-1-fund",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(2)(1): follows from law, for unemployment funds",
        )
    },
    NationalGround {
        sectors: &[Sector::Insurance],
        purposes: INSURER_REPORTS,
        ..ground(
            "dk-dpa-11-2-1-insurer",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(2)(1): follows from law, for what insurers report",
        )
    },
];

/// Section 7(4): a private body that rests on a substantial public interest by this section alone needs a permit.
pub const PERMIT: Source = source("Data Protection Act (DK) section 7(4)");

/// Footage that was made to prevent crime is disclosed with explicit consent, by law, or to the police to solve a crime.
pub const FOOTAGE: Source = source("Act on CCTV Surveillance (DK) section 4c(1)");

/// The code of footage in the vocabulary.
pub const FOOTAGE_DATA: &str = "ropa:VideoFootage";

/// Since section 4c is in force.
pub const FOOTAGE_IN_FORCE: InForce = ACT;
