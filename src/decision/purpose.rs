//! Conjunct 2: the purpose asked is one of the activity's, or compatible with one (Arts 5(1)(b), 6(4)).

use super::{case::Case, outcome::Outcome};
use crate::domain::{
    activity::{Activity, Purpose},
    finding::{Finding, FindingCode},
    statement::{List, PurposeRef},
    vocabulary::Code,
};

/// PURPOSE_* (Art. 5(1)(b)). Purposes match exactly; narrower ones only where the entry says so.
pub fn purpose(case: &Case<'_>) -> Outcome {
    let Some(asked) = &case.purpose else {
        return Outcome::default();
    };
    for list in case.purposes() {
        let denied = list
            .iter()
            .find(|(_, purpose)| purpose.stated.denies() && is_denied(purpose, asked));
        if let Some((place, purpose)) = denied {
            let evidence = case.evidence(place, &purpose.stated.provenance);
            return Finding::new(FindingCode::PurposeAbsent)
                .asks("purpose")
                .evidence(evidence)
                .into();
        }
    }
    if case.asked_purposes().next().is_some() {
        return Outcome::default();
    }
    let compatible = case.own("purposes", &case.activity.purposes);
    let compatible = compatible.iter().find(|(_, purpose)| {
        purpose.stated.declares()
            && matches!(asked, PurposeRef::Code(code) if purpose.compatible.contains(code))
    });
    if let Some((place, purpose)) = compatible {
        let evidence = case.evidence(place, &purpose.stated.provenance);
        return Outcome::from(
            Finding::new(FindingCode::CompatibilityAssessed)
                .asks("purpose")
                .evidence(evidence),
        )
        .with(Finding::new(FindingCode::NotifySubject133));
    }
    let declared: Vec<&str> = case
        .activity
        .purposes
        .iter()
        .filter(|own| own.stated.declares())
        .map(|own| own.id.as_str())
        .collect();
    let finding = case.uncovered(
        List::Purposes,
        declared.is_empty(),
        [
            FindingCode::PurposeNotRecorded,
            FindingCode::PurposeAbsent,
            FindingCode::PurposeNotDeclared,
        ],
    );
    let detail = if declared.is_empty() {
        String::new()
    } else {
        format!("declared: {}", declared.join(", "))
    };
    finding.detail(detail).asks("purpose").into()
}

/// Whether a denied purpose is the one asked, above it or below it.
fn is_denied(denied: &Purpose, asked: &PurposeRef) -> bool {
    match asked {
        PurposeRef::Id(id) => denied.id == *id,
        PurposeRef::Code(code) => denied.codes.iter().any(|denied| code.overlaps(*denied)),
    }
}

/// Whether a declared purpose is the one asked.
pub fn declares(declared: &Purpose, asked: &PurposeRef) -> bool {
    declared.stated.declares()
        && match asked {
            PurposeRef::Id(id) => declared.id == *id,
            PurposeRef::Code(code) => declared
                .codes
                .iter()
                .any(|own| own == code || declared.includes_narrower && own.covers(*code)),
        }
}

/// Whether an activity declares the purpose.
pub fn is_declared_by(activity: &Activity, asked: &PurposeRef) -> bool {
    activity.purposes.iter().any(|purpose| declares(purpose, asked))
}

impl<'a> Case<'a> {
    /// The declared purposes that the question asks for, with their places.
    pub fn asked_purposes(&self) -> impl Iterator<Item = (String, &'a Purpose)> {
        let asked = self.purpose.clone();
        let all: Vec<_> = self.own("purposes", &self.activity.purposes).iter().collect();
        all.into_iter()
            .filter(move |(_, purpose)| asked.as_ref().is_some_and(|asked| declares(purpose, asked)))
    }

    /// The codes of each purpose that the question may mean: of the one asked, or of every declared one.
    pub fn purposes_meant(&self) -> Vec<Vec<Code>> {
        match &self.purpose {
            None => {
                let declared = self
                    .activity
                    .purposes
                    .iter()
                    .filter(|purpose| purpose.stated.declares());
                declared.map(|purpose| purpose.codes.clone()).collect()
            }
            Some(asked) => {
                let mut codes: Vec<Code> = self
                    .asked_purposes()
                    .flat_map(|(_, purpose)| purpose.codes.clone())
                    .collect();
                if let PurposeRef::Code(code) = asked {
                    codes.push(*code);
                }
                vec![codes]
            }
        }
    }
}
