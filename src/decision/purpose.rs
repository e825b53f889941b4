//! Conjunct 2: the purpose asked is one of the activity's, or compatible with one (Arts 5(1)(b), 6(4)).

use super::{
    case::{AskedPurpose, Case},
    outcome::Outcome,
};
use crate::domain::{
    activity::{Activity, Purpose},
    finding::{Finding, FindingCode},
    statement::{List, PurposeRef},
    vocabulary::Code,
};

/// PURPOSE_* (Art. 5(1)(b)). Purposes match exactly; narrower ones only where the entry says so.
pub fn purpose(case: &Case<'_>) -> Outcome {
    let Some(asked) = &case.purpose else {
        return none(case);
    };
    for list in case.lists().purposes() {
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
    if asked.own.is_some() {
        return Outcome::default();
    }
    let own = case.lists().own("purposes", &case.activity.purposes);
    let mut compatible = own.iter().filter(|(_, purpose)| is_compatible(purpose, asked));
    if let Some((place, purpose)) = compatible.next() {
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

/// Nobody said what for: without any purpose that it pursues, an activity that says so pursues none.
fn none(case: &Case<'_>) -> Outcome {
    let purposes = &case.activity.purposes;
    let declares = purposes.iter().any(|own| own.stated.declares());
    let denies =
        purposes.iter().any(|own| own.stated.denies()) || case.lists().none(List::Purposes).is_some();
    if denies && !declares {
        Finding::new(FindingCode::PurposeAbsent).asks("purpose").into()
    } else {
        Outcome::default()
    }
}

/// Whether a denied purpose is the one asked, above it or below it.
fn is_denied(denied: &Purpose, asked: &AskedPurpose<'_>) -> bool {
    let overlaps = |code: &Code| denied.codes.iter().any(|denied| code.overlaps(*denied));
    let by_id = asked
        .own
        .is_some_and(|own| own.id == denied.id || own.codes.iter().any(overlaps));
    by_id || asked.code.as_ref().is_some_and(overlaps)
}

/// Whether the purpose asked was assessed as compatible with a declared one.
fn is_compatible(declared: &Purpose, asked: &AskedPurpose<'_>) -> bool {
    declared.stated.declares() && asked.code.is_some_and(|code| declared.compatible.contains(&code))
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

impl Case<'_> {
    /// Whether the purpose asked is direct marketing, or compatible with a purpose that is.
    pub fn is_marketing(&self) -> bool {
        self.serves(|own| own.direct_marketing)
    }

    /// Whether sending for the purpose asked hangs on a consent for the channel.
    pub fn is_tied_to_channels(&self) -> bool {
        self.serves(|own| own.channel_consent)
    }

    /// Whether the purpose asked is one like this, or compatible with one.
    fn serves(&self, is: fn(&Purpose) -> bool) -> bool {
        self.purpose.is_some_and(|asked| match asked.own {
            Some(own) => is(own),
            None => {
                let mut compatible = self.activity.purposes.iter();
                compatible.any(|own| is(own) && is_compatible(own, &asked))
            }
        })
    }

    /// The codes of each purpose that the question may mean: the one asked, or every declared one. Whoever asks by
    /// code means that code; whoever asks by id means all codes of the purpose.
    pub fn purposes_meant(&self) -> Vec<Vec<Code>> {
        match &self.purpose {
            Some(AskedPurpose { code: Some(code), .. }) => vec![vec![*code]],
            Some(AskedPurpose { own, code: None }) => {
                own.iter().map(|purpose| purpose.codes.clone()).collect()
            }
            None => {
                let declared = self
                    .activity
                    .purposes
                    .iter()
                    .filter(|purpose| purpose.stated.declares());
                declared.map(|purpose| purpose.codes.clone()).collect()
            }
        }
    }
}
