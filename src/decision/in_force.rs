//! Conjunct 1: the activity is carried out at the time of the processing.

use super::{case::Case, outcome::Outcome};
use crate::domain::{
    activity::ActivityState,
    finding::{Finding, FindingCode},
};

/// ACTIVITY_NOT_ACTIVE (Arts 30, 5(2)).
pub fn in_force(case: &Case<'_>) -> Outcome {
    let activity = case.activity;
    let detail = match activity.state {
        ActivityState::Active if activity.effective.contains(case.day) => None,
        ActivityState::Active => Some(format!("not on {}", case.day)),
        ActivityState::Draft => Some("it is a draft".to_owned()),
        ActivityState::Retired => Some("it has been retired".to_owned()),
    };
    let changes_on = activity.effective.next_change(case.day);
    let outcome = match detail {
        None => Outcome::default(),
        Some(detail) => Finding::new(FindingCode::ActivityNotActive)
            .detail(detail)
            .evidence(case.evidence(activity.name.to_string(), &activity.provenance))
            .into(),
    };
    outcome.until(changes_on)
}
