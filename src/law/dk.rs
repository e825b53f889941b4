//! Denmark: the Data Protection Act (databeskyttelsesloven, Act 502 of 23 May 2018), and the Act on CCTV Surveillance.
//!
//! Section 7(1) and (2) repeat exceptions of Art. 9(2) that a record states itself; section 7(4) needs a permit of the
//! authority where a private body rests on it alone. Section 10 (research) is left to records that name it.

use super::{
    InForce, LawCondition, Source,
    ground::{DataLimit, NationalGround},
};
use crate::domain::{
    operation::Operation,
    register::{PublicRole, Sector},
    term::DataClass,
};

/// Since the act is in force.
const ACT: InForce = InForce::since(2018, 5, 25);

/// Sections 8(2) and (4) have disclosure under conditions of its own, which a record states itself.
const PASSED_ON: &[Operation] = &[Operation::Disclose, Operation::Publish, Operation::Transfer];

/// Section 11(3): the number is not made public without consent.
const PUBLISHED: &[Operation] = &[Operation::Publish];

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
        never: &[],
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
        never: PASSED_ON,
        conditions: &[NECESSARY_FOR_TASKS],
        ..ground(
            "dk-dpa-8-1",
            DataClass::Criminal,
            "Data Protection Act (DK) section 8(1): authorities",
        )
    },
    NationalGround {
        never: PASSED_ON,
        conditions: &[OVERRIDES],
        ..ground(
            "dk-dpa-8-3",
            DataClass::Criminal,
            "Data Protection Act (DK) section 8(3): private bodies, where a legitimate interest clearly overrides",
        )
    },
    NationalGround {
        roles: &[PublicRole::Authority],
        never: PUBLISHED,
        conditions: &[IDENTIFIES],
        ..ground(
            "dk-dpa-11-1",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(1): authorities",
        )
    },
    NationalGround {
        sectors: &[Sector::UnemploymentFund],
        never: PUBLISHED,
        purposes: FUND_TASKS,
        ..ground(
            "dk-dpa-11-2-1-fund",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(2)(1): follows from law, for unemployment funds",
        )
    },
    NationalGround {
        sectors: &[Sector::Insurance],
        never: PUBLISHED,
        purposes: INSURER_REPORTS,
        ..ground(
            "dk-dpa-11-2-1-insurer",
            DataClass::NationalNumber,
            "Data Protection Act (DK) section 11(2)(1): follows from law, for what insurers report",
        )
    },
];

/// Whether an act is the Data Protection Act, in Danish or English.
pub fn is_data_protection_act(act: &str) -> bool {
    let act = act.to_lowercase();
    ["data protection act", "databeskyttelseslov"]
        .iter()
        .any(|name| act.contains(name))
}

/// Section 7(4): a private body that rests on a substantial public interest by this section alone needs a permit.
pub const PERMIT: Source = source("Data Protection Act (DK) section 7(4)");

/// Footage that was made to prevent crime is disclosed with explicit consent, by law, or to the police to solve a crime.
pub const FOOTAGE: Source = source("Act on CCTV Surveillance (DK) section 4c(1)");

/// The code of footage in the vocabulary.
pub const FOOTAGE_DATA: &str = "ropa:VideoFootage";

/// Since section 4c is in force.
pub const FOOTAGE_IN_FORCE: InForce = ACT;
