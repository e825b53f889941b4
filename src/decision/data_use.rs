//! Conjunct 3: these data of this person may be used in this way, from this source, by whoever needs them
//! (Art. 5(1)(a), (c), (f)).

mod category;
mod kept;
mod operation;
pub mod source;
mod subject;

use super::{
    case::{Case, Combination},
    outcome::Outcome,
};
use crate::domain::{
    finding::{Finding, FindingCode},
    question::Fact,
};

/// Everything about the data use but the ground.
pub fn data_use(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if case.is_duty(asked) {
        return Outcome::default();
    }
    let category = asked.data.map(|data| category::category(case, asked, data));
    Outcome::all([
        subject::subject(case, asked),
        category.unwrap_or_default(),
        operation::operation(case, asked),
        access(case),
    ])
}

/// ACCESS_NOT_NEED_TO_KNOW (Arts 5(1)(f), 29, 32(4)).
fn access(case: &Case<'_>) -> Outcome {
    let Some((place, access)) = case.lists().access() else {
        return Outcome::default();
    };
    let log = Outcome::from(FindingCode::LogAccess);
    let logged = if access.logged {
        log.clone()
    } else {
        Outcome::default()
    };
    if !access.need_to_know {
        return logged;
    }
    let evidence = case.evidence(place, &access.provenance);
    let found = |code: FindingCode| Finding::new(code).asks("need_to_know").evidence(evidence);
    match case.facts().need_to_know {
        Fact::Yes => logged,
        Fact::No => found(FindingCode::AccessNotNeedToKnow).into(),
        Fact::Unknown => {
            let detail = "the person who acts needs the data for the task";
            found(FindingCode::ConditionUnknown).detail(detail).into()
        }
        // Taken as said; the log tells later.
        Fact::Unsaid => log,
    }
}
