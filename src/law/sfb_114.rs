//! Chapter 114 of the Swedish Social Insurance Code (2010:110) as in force since 15 February 2024: its purposes, the
//! limits of searches for persons by sensitive data (section 12) and of objections (section 6).

use jiff::civil::Date;

use super::{InForce, LawCondition, Source};
use crate::domain::{
    register::{Controller, Sector},
    vocabulary::Code,
};

/// The chapter as rewritten by SFS 2024:13.
pub const IN_FORCE: InForce = InForce::since(2024, 2, 15);

/// The code of health data in this chapter.
pub const HEALTH: &str = "pd:MedicalHealth";

/// Health data may be used for points 4 to 7 of section 8 only if it also serves or served points 1 to 3.
pub const PROCESSED_FOR_1_TO_3: LawCondition = LawCondition {
    id: "se-sfb-114-11-processed-for-1-3",
    text: "the health data is or was processed for one of points 1 to 3 of 114:8",
};

/// A search by health data is open where the datum concerns a benefit.
pub const CONCERNS_BENEFIT: LawCondition = LawCondition {
    id: "se-sfb-114-12-benefit",
    text: "the datum searched concerns a benefit or compensation",
};

/// A purpose of section 8 or 9.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Where it stands, e.g. `114:8 point 3`.
    pub place: &'static str,
    /// Its code in the vocabulary.
    pub code: &'static str,
    /// What section 12 says of a search for persons by health data.
    pub health_search: HealthSearch,
}

/// What section 12 says of a search for persons by health data for a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthSearch {
    /// The selection serves one of the uses that the section names.
    Permitted,
    /// Only where the datum concerns a benefit or compensation.
    IfItConcernsABenefit,
    /// Not at all: the purpose is not one of section 8.
    Forbidden,
}

const fn purpose(place: &'static str, code: &'static str, health_search: HealthSearch) -> Purpose {
    Purpose {
        place,
        code,
        health_search,
    }
}

/// The purposes of sections 8 and 9. Planning (points 5 and 6) is broader than planning the handling of cases, which
/// section 12 names, so it is searched only where the datum concerns a benefit.
pub const PURPOSES: [Purpose; 9] = [
    purpose(
        "114:8 point 1",
        "ropa:BenefitEntitlementAssessment",
        HealthSearch::IfItConcernsABenefit,
    ),
    purpose(
        "114:8 point 2",
        "ropa:PublicInformation",
        HealthSearch::IfItConcernsABenefit,
    ),
    purpose("114:8 point 3", "ropa:CaseHandling", HealthSearch::Permitted),
    purpose(
        "114:8 point 3",
        "ropa:BenefitAdministration",
        HealthSearch::Permitted,
    ),
    purpose(
        "114:8 point 3",
        "ropa:RecoveryOfOverpayment",
        HealthSearch::Permitted,
    ),
    purpose(
        "114:8 point 4",
        "ropa:BenefitMisuseControl",
        HealthSearch::Permitted,
    ),
    purpose(
        "114:8 points 5 and 6",
        "ropa:OperationsPlanning",
        HealthSearch::IfItConcernsABenefit,
    ),
    purpose(
        "114:8 point 7",
        "ropa:Statistics",
        HealthSearch::IfItConcernsABenefit,
    ),
    purpose("114:9", "ropa:DisclosureToAuthorities", HealthSearch::Forbidden),
];

/// The source of section 12.
pub const SEARCHES: Source = Source {
    citation: "Social Insurance Code (SE) 114:12",
    confirmed: false,
};

/// The source of section 6.
pub const OBJECTIONS: Source = Source {
    citation: "Social Insurance Code (SE) 114:6",
    confirmed: false,
};

/// Whether the chapter applies to the controller on the day.
pub fn applies(controller: &Controller, day: Date) -> bool {
    is_for(controller) && IN_FORCE.contains(day)
}

/// The next day after `day` on which that changes.
pub fn next_change(controller: &Controller, day: Date) -> Option<Date> {
    IN_FORCE.next_change(day).filter(|_| is_for(controller))
}

fn is_for(controller: &Controller) -> bool {
    controller.country.as_str() == "SE" && controller.sector == Sector::SocialInsurance
}

/// What section 12 says of a search by health data for each of these purposes: the strictest of their codes counts.
pub fn health_search(purposes: &[Vec<Code>]) -> HealthSearch {
    let of_code =
        |code: &Code| place_of(*code).map_or(HealthSearch::Forbidden, |purpose| purpose.health_search);
    let all: Vec<HealthSearch> = purposes.iter().flatten().map(of_code).collect();
    if all.is_empty() || purposes.iter().any(Vec::is_empty) || all.contains(&HealthSearch::Forbidden) {
        HealthSearch::Forbidden
    } else if all.contains(&HealthSearch::IfItConcernsABenefit) {
        HealthSearch::IfItConcernsABenefit
    } else {
        HealthSearch::Permitted
    }
}

/// Whether every code of these purposes is one of the chapter's.
pub fn covers(purposes: &[Vec<Code>]) -> bool {
    !purposes.is_empty()
        && purposes
            .iter()
            .all(|codes| !codes.is_empty() && codes.iter().all(|code| place_of(*code).is_some()))
}

fn place_of(code: Code) -> Option<&'static Purpose> {
    PURPOSES.iter().find(|purpose| purpose.code == code.as_str())
}
