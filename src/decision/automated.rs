//! Conjunct 9: automated decisions are declared, for this outcome, and allowed (Art. 22).

use super::{
    case::{Case, Combination},
    consent::{Need, consent},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Article22, AutomatedDecision, Outcome as Result},
        finding::{Finding, FindingCode},
        operation::Operation,
        question::Fact,
        statement::{List, Says},
    },
    law,
};

/// ADM_*.
pub fn automated(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if asked.operation != Operation::DecideAutomated {
        return Outcome::default();
    }
    // "None" wins, also beside a list.
    if let Some(extent) = case
        .extent(List::AutomatedDecisions)
        .filter(|extent| extent.says == Says::None)
    {
        let place = format!("registers/{}#extents", case.record.register.id);
        let evidence = case.evidence(place, &extent.provenance);
        return Finding::new(FindingCode::AdmAbsent)
            .asks("operations")
            .evidence(evidence)
            .into();
    }
    let list = case.own("automated_decisions", &case.activity.automated_decisions);
    let matches = |decision: &AutomatedDecision| {
        case.names_purpose(&decision.scope.purposes) && case.overlaps(&decision.scope, asked)
    };
    let denial = case.denial(
        &list,
        FindingCode::AdmAbsent,
        |decision| &decision.stated,
        matches,
    );
    let alternatives = list
        .iter()
        .filter(|(_, decision)| decision.stated.declares())
        .map(|(place, decision)| one(case, asked, place, decision));
    denial.or_else(|| {
        case.best(alternatives)
            .unwrap_or_else(|| FindingCode::AdmNotRecorded.into())
    })
}

fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, decision: &AutomatedDecision) -> Outcome {
    let evidence = || case.evidence(place.clone(), &decision.stated.provenance);
    let found = |code: FindingCode| Outcome::from(Finding::new(code).asks("outcome").evidence(evidence()));
    let data = match case.data_fit(&decision.scope, asked) {
        DataFit::Named => true,
        DataFit::Unscoped => asked.classes.is_ordinary() || case.a_ground_names(asked),
        DataFit::Missed => false,
    };
    if !(data && case.counts(&decision.scope.purposes) && case.scope_covers_rest(&decision.scope, asked)) {
        return found(FindingCode::AdmScopeExceeded);
    }
    let outcome = case.facts().outcome.unwrap_or(Result::Mixed);
    let declared = decision.outcomes.contains(&outcome)
        || decision.outcomes.contains(&Result::Mixed)
        || [Result::Favourable, Result::Adverse]
            .iter()
            .all(|one| decision.outcomes.contains(one));
    let for_outcome = match outcome {
        _ if declared => Outcome::default(),
        Result::Mixed => case.attest(
            Finding::new(FindingCode::AdmOutcomeMixed)
                .asks("outcome")
                .evidence(evidence()),
        ),
        _ if case.facts().human_decides == Fact::Yes => {
            return case.attest(Finding::new(FindingCode::AdmHumanDecides).asks("human_decides"));
        }
        _ => return found(FindingCode::AdmOutcomeNotDeclared),
    };
    for_outcome.and(exception(case, asked, decision, outcome))
}

/// The exception of Art. 22(2); favourable outcomes are read as outside Art. 22(1), which nobody has confirmed.
fn exception(
    case: &Case<'_>,
    asked: &Combination<'_>,
    decision: &AutomatedDecision,
    outcome: Result,
) -> Outcome {
    let safeguards = if decision.safeguards.is_empty() {
        FindingCode::AdmSafeguardsNotRecorded.into()
    } else {
        Outcome::default()
    };
    let only_favourable = decision
        .outcomes
        .iter()
        .all(|outcome| *outcome == Result::Favourable);
    match decision.exception {
        Some(Article22::Contract) => safeguards,
        Some(Article22::Law) if decision.laws.is_empty() => FindingCode::AdmLawRefMissing.into(),
        Some(Article22::Law) => Outcome::default(),
        Some(Article22::Consent) => consent(case, asked, Need::Explicit).and(safeguards),
        // Where only favourable outcomes are declared, the adverse ones of MIXED go to a person.
        None if outcome == Result::Favourable || outcome == Result::Mixed && only_favourable => {
            case.law(law::FAVOURABLE_OUTSIDE_22)
        }
        None => FindingCode::AdmProhibited.into(),
    }
}
