//! Conjunct 9: automated decisions are declared, for this outcome, and allowed (Art. 22).

use super::{
    case::{Case, Combination},
    consent::{Need, consent},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Article9, Article22, AutomatedDecision, Outcome as Result},
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
    let denied = list.iter().find(|(_, decision)| {
        decision.stated.denies()
            && case.counts(&decision.scope.purposes)
            && case.overlaps(&decision.scope, asked)
    });
    if let Some((place, decision)) = denied {
        let evidence = case.evidence(place, &decision.stated.provenance);
        return Finding::new(FindingCode::AdmAbsent).evidence(evidence).into();
    }
    let alternatives = list
        .iter()
        .filter(|(_, decision)| decision.stated.declares())
        .map(|(place, decision)| one(case, asked, place, decision));
    Outcome::best(alternatives).unwrap_or_else(|| FindingCode::AdmNotRecorded.into())
}

fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, decision: &AutomatedDecision) -> Outcome {
    let evidence = || case.evidence(place.clone(), &decision.stated.provenance);
    let found = |code: FindingCode| Outcome::from(Finding::new(code).asks("outcome").evidence(evidence()));
    let data = match case.data_fit(&decision.scope, asked) {
        DataFit::Named => true,
        DataFit::Unscoped => asked.classes.is_ordinary(),
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
    for_outcome
        .and(exception(case, asked, decision, outcome))
        .and(special(case, asked))
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
    match decision.exception {
        Some(Article22::Contract) => safeguards,
        Some(Article22::Law) if decision.laws.is_empty() => FindingCode::AdmLawRefMissing.into(),
        Some(Article22::Law) => Outcome::default(),
        Some(Article22::Consent) => consent(case, asked, Need::Explicit).and(safeguards),
        // MIXED without a declaration of its own has its adverse outcomes sent to a person.
        None if outcome != Result::Adverse && !decision.outcomes.contains(&Result::Adverse) => {
            case.law(law::FAVOURABLE_OUTSIDE_22)
        }
        None => FindingCode::AdmProhibited.into(),
    }
}

/// ADM_SPECIAL_CATEGORY (Art. 22(4)).
fn special(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let allowed = case.legal_bases().entries.iter().any(|basis| {
        basis.stated.declares()
            && matches!(
                basis.article_9,
                Some(Article9::ExplicitConsent | Article9::SubstantialPublicInterest)
            )
            && case.data_fit(&basis.scope, asked) == DataFit::Named
            && case.scope_covers_rest(&basis.scope, asked)
    });
    if asked.classes.special && !allowed {
        FindingCode::AdmSpecialCategory.into()
    } else {
        Outcome::default()
    }
}
