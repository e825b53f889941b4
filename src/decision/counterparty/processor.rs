//! Processors and their contracts (Arts 4(8), 28).

use super::super::{
    case::{Case, Combination, Party},
    outcome::Outcome,
    scope::DataFit,
};
use crate::domain::{
    activity::ProcessorUse,
    finding::{Finding, FindingCode},
    name::Id,
    party::ContractState,
    statement::List,
};

/// PROCESSOR_*: a named processor is never covered by a general word, so kinds do not count here.
pub fn processor(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let uses = case.lists().processors();
    let names = |entry: &ProcessorUse| party.id.as_ref() == Some(&entry.processor);
    let matches = |entry: &ProcessorUse| {
        names(entry) && case.names_purpose(&entry.scope.purposes) && case.overlaps(&entry.scope, asked)
    };
    let denial = case.denial(
        &uses,
        FindingCode::ProcessorAbsent,
        |entry| &entry.stated,
        matches,
    );
    denial.asks("processor").or_else(|| declared(case, asked, party))
}

/// The best of the entries that name the processor.
fn declared(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let uses = case.lists().processors();
    let names = |entry: &ProcessorUse| party.id.as_ref() == Some(&entry.processor);
    let alternatives = uses
        .iter()
        .filter(|(_, entry)| entry.stated.declares() && names(entry))
        .map(|(place, entry)| one(case, asked, place, entry));
    case.best(alternatives).unwrap_or_else(|| {
        let is_empty = !uses.entries.iter().any(|entry| entry.stated.declares());
        let codes = [
            FindingCode::ProcessorNotRecorded,
            FindingCode::ProcessorAbsent,
            FindingCode::ProcessorNotDeclared,
        ];
        case.uncovered(List::Processors, is_empty, codes)
            .asks("processor")
            .into()
    })
}

fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, entry: &ProcessorUse) -> Outcome {
    let evidence = || case.evidence(place.clone(), &entry.stated.provenance);
    let effective = entry.stated.effective;
    let mut outcome = Outcome::default().until(effective.next_change(case.day));
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::ProcessorNotValid).evidence(evidence()));
    }
    // The scope of a processor limits what the activity may do; without data it covers all of the activity's.
    let covered = case.data_fit(&entry.scope, asked) != DataFit::Missed
        && case.counts(&entry.scope.purposes)
        && case.scope_covers_rest(&entry.scope, asked);
    if !covered {
        let finding = Finding::new(FindingCode::ProcessorScopeExceeded)
            .asks("processor")
            .evidence(evidence());
        outcome = outcome.with(finding);
    }
    outcome.and(contract(case, asked, &entry.processor))
}

/// PROCESSOR_CONTRACT_* (Art. 28(3)).
fn contract(case: &Case<'_>, asked: &Combination<'_>, id: &Id) -> Outcome {
    let Some(processor) = case.record.processors.get(id) else {
        return Outcome::default();
    };
    let contract = &processor.contract;
    let place = format!("registers/{}/processors/{id}#contract", case.record.register.id);
    let evidence = case.evidence(place, &processor.provenance);
    let found = |code: FindingCode| Outcome::from(Finding::new(code).evidence(evidence.clone()));
    let covers = || {
        case.data_fit(&contract.scope, asked) != DataFit::Missed
            && case.counts(&contract.scope.purposes)
            && case.scope_covers_rest(&contract.scope, asked)
    };
    let outcome = match contract.state {
        ContractState::NotStated => found(FindingCode::ProcessorContractNotRecorded),
        ContractState::Missing => found(FindingCode::ProcessorContractAbsent),
        ContractState::Concluded if !contract.effective.contains(case.day) => {
            found(FindingCode::ProcessorContractNotValid)
        }
        ContractState::Concluded if !covers() => found(FindingCode::ProcessorContractScopeExceeded),
        ContractState::Concluded => Outcome::default(),
    };
    outcome.until(contract.effective.next_change(case.day))
}
