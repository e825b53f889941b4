//! What is not implied by having the data has to be declared (Arts 5(1)(b), 4(4)). Disclosures, transfers and automated
//! decisions are declared in lists of their own, which other conjuncts read.

use super::super::{
    case::{Case, Combination},
    outcome::Outcome,
    place,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::OperationUse, finding::FindingCode, operation::Operation, question::Fact, statement::List,
        term::Term, vocabulary::Facet,
    },
    law::sfb_114::{self, HealthSearch},
};

/// OPERATION_*.
pub fn operation(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let matches = |entry: &OperationUse| {
        let abroad = || entry.operations.contains(&Operation::Transfer) && place::goes_abroad(case, asked);
        (entry.operations.contains(&asked.operation) || abroad())
            && case.names_purpose(&entry.scope.purposes)
            && case.overlaps(&entry.scope, asked)
    };
    let [own, register] = case.lists().operations().map(|list| {
        case.denial(
            &list,
            FindingCode::OperationAbsent,
            |entry| &entry.stated,
            matches,
        )
        .asks("operations")
    });
    own.or_else(|| register.or_else(|| declared(case, asked)))
}

fn declared(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let search = search(case, asked);
    if !has_to_be_declared(case, asked) || is_declared(case, asked) {
        return search.unwrap_or_default();
    }
    // A law that regulates the search stands in for its declaration.
    let changes_on = sfb_114::next_change(&case.record.register.controller, case.day);
    search.unwrap_or_else(|| {
        // A list of nothing but implied operations says nothing of those that have to be declared.
        let lists_any =
            |entry: &OperationUse| entry.operations.iter().any(|operation| !operation.is_implied());
        let is_empty = !case
            .activity
            .operations
            .iter()
            .any(|entry| entry.stated.declares() && lists_any(entry));
        let codes = [
            FindingCode::OperationNotRecorded,
            FindingCode::OperationAbsent,
            FindingCode::OperationNotDeclared,
        ];
        let uncovered = case.uncovered(List::Operations, is_empty, codes);
        let changes_on = changes_on.filter(|_| asked.operation == Operation::SelectSearch);
        Outcome::from(uncovered.asks("operations")).until(changes_on)
    })
}

fn has_to_be_declared(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    match asked.operation {
        Operation::Publish | Operation::Profile | Operation::Score | Operation::Archive => true,
        Operation::SelectSearch => !asked.classes.is_ordinary(),
        Operation::Combine => !asked.classes.is_ordinary() || !from_declared_source(case),
        _ => false,
    }
}

fn is_declared(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    case.activity.operations.iter().any(|entry| {
        let fit = case.data_fit(&entry.scope, asked);
        entry.stated.declares()
            && entry.operations.contains(&asked.operation)
            && case.counts(&entry.scope.purposes)
            && (fit == DataFit::Named || fit == DataFit::Unscoped && asked.classes.is_ordinary())
            && case.scope_covers_rest(&entry.scope, asked)
    })
}

/// COMBINE within the activity's data is implied; with a source it does not declare it is not.
fn from_declared_source(case: &Case<'_>) -> bool {
    case.source.as_ref().is_none_or(|source| {
        let uses = case
            .activity
            .data_uses
            .iter()
            .filter(|data_use| data_use.stated.declares());
        uses.flat_map(|data_use| &data_use.sources)
            .any(|declared| source.is_covered_by(declared))
    })
}

/// SE_114_12_SEARCH_BAN: selecting persons by sensitive data under the Swedish Social Insurance Code.
fn search(case: &Case<'_>, asked: &Combination<'_>) -> Option<Outcome> {
    if !case.law_regulates_search(asked) {
        return None;
    }
    let health = Term::parse(Facet::Data, sfb_114::HEALTH).ok()?;
    let is_health = asked
        .data
        .is_some_and(|data| case.record.data.is_within(data, &health));
    let limit = if is_health {
        sfb_114::health_search(&case.purposes_meant())
    } else {
        HealthSearch::Forbidden
    };
    let outcome = match limit {
        HealthSearch::Permitted => Outcome::default(),
        HealthSearch::Forbidden => FindingCode::Se11412SearchBan.into(),
        HealthSearch::IfItConcernsABenefit => match case.facts().condition(sfb_114::CONCERNS_BENEFIT.id) {
            Fact::No => FindingCode::Se11412SearchBan.into(),
            _ => case.law_condition(sfb_114::CONCERNS_BENEFIT),
        },
    };
    Some(outcome.and(case.law(sfb_114::SEARCHES)))
}
