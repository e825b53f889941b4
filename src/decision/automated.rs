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
        statement::List,
    },
    law,
};

/// ADM_*.
pub fn automated(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if asked.operation != Operation::DecideAutomated {
        return Outcome::default();
    }
    // "None" wins, also beside a list.
    if let Some(evidence) = case.lists().none(List::AutomatedDecisions) {
        return Finding::new(FindingCode::AdmAbsent)
            .asks("operations")
            .evidence(evidence)
            .into();
    }
    let list = case
        .lists()
        .own("automated_decisions", &case.activity.automated_decisions);
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
    if outcome == Result::Adverse && case.facts().human_decides == Fact::Yes {
        return case.attest(Finding::new(FindingCode::AdmHumanDecides).asks("human_decides"));
    }
    let for_outcome = match outcome {
        _ if declared => Outcome::default(),
        Result::Mixed if decision.outcomes.contains(&Result::Favourable) => case.attest(
            Finding::new(FindingCode::AdmOutcomeMixed)
                .asks("outcome")
                .evidence(evidence()),
        ),
        _ => return found(FindingCode::AdmOutcomeNotDeclared),
    };
    for_outcome
        .and(exception(case, asked, decision, outcome))
        .and(child(case, outcome))
}

/// ADM_CHILD_* (recital 71): decisions that legally or similarly affect a child should not be automated.
fn child(case: &Case<'_>, outcome: Result) -> Outcome {
    if !case.person_is("dpv:Child") {
        Outcome::default()
    } else if outcome == Result::Adverse {
        Finding::new(FindingCode::AdmChildAdverse).asks("subjects").into()
    } else {
        FindingCode::AdmChild.into()
    }
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
    // Where only favourable outcomes are declared, the adverse ones of MIXED go to a person.
    let favours = outcome == Result::Favourable || outcome == Result::Mixed && only_favourable;
    let outside = favours.then(|| case.law(law::FAVOURABLE_OUTSIDE_22));
    let excepted = match decision.exception {
        Some(Article22::Contract) => Some(safeguards),
        Some(Article22::Law) if decision.laws.is_empty() => Some(FindingCode::AdmLawRefMissing.into()),
        Some(Article22::Law) => Some(Outcome::default()),
        Some(Article22::Consent) => Some(consent(case, asked, Need::Explicit).and(safeguards)),
        None => None,
    };
    case.best(excepted.into_iter().chain(outside))
        .unwrap_or_else(|| FindingCode::AdmProhibited.into())
}
