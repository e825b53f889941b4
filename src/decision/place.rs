//! Conjunct 8: outside the EEA data goes only under a declared transfer whose tool is valid at the time (Chapter V).

use super::{
    case::{Case, Combination, Counterparty},
    consent::{Need, consent},
    outcome::Outcome,
};
use crate::{
    domain::{
        finding::{Finding, FindingCode},
        operation::Operation,
        party::{Country, Transfer, TransferTool},
        question::{Fact, PlaceFact},
        register::PublicRole,
        statement::List,
    },
    law::{adequacy, eea},
};

/// TRANSFER_*, ADEQUACY_*, PLACE_UNKNOWN.
pub fn place(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let to_subject = asked.operation == Operation::Disclose && case.counterparty.is_subject();
    if case.is_duty(asked) || to_subject {
        return Outcome::default();
    }
    if let Some(absent) = absent(case).filter(|_| asked.operation == Operation::Transfer) {
        return absent;
    }
    match case.facts().country {
        PlaceFact::Country(country) => at(case, asked, country),
        PlaceFact::Unknown if leaves(case, asked) => {
            Finding::new(FindingCode::PlaceUnknown).asks("country").into()
        }
        PlaceFact::Unsaid if leaves(case, asked) => recorded(case, asked),
        _ => Outcome::default(),
    }
}

/// Whether the data goes to somebody else.
fn leaves(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let to_party = match &case.counterparty {
        Counterparty::Processor(_) => true,
        Counterparty::Recipient(_) => {
            asked.operation == Operation::Disclose && !case.counterparty.is_subject()
        }
        Counterparty::None => false,
    };
    to_party || asked.operation == Operation::Transfer
}

/// Whether the data goes to a third country: the one that is said, else any recorded one.
pub fn goes_abroad(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let to_subject = asked.operation == Operation::Disclose && case.counterparty.is_subject();
    if to_subject || case.is_duty(asked) {
        return false;
    }
    let is_abroad = |country: &Country| !eea::contains(*country, case.day);
    match case.facts().country {
        PlaceFact::Country(country) => is_abroad(&country),
        PlaceFact::Unsaid if leaves(case, asked) => {
            let party = case.counterparty.party();
            party.is_some_and(|party| party.countries.iter().any(is_abroad))
        }
        PlaceFact::Unsaid | PlaceFact::Unknown => false,
    }
}

/// The counterparty's recorded places; where none is recorded, the data has to stay within the EEA.
fn recorded(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let countries = case
        .counterparty
        .party()
        .map(|party| party.countries.as_slice())
        .unwrap_or_default();
    match countries {
        [] if asked.operation == Operation::Transfer => {
            Finding::new(FindingCode::PlaceUnknown).asks("country").into()
        }
        [] => FindingCode::WithinEeaOnly.into(),
        countries => Outcome::all(countries.iter().map(|country| at(case, asked, *country))),
    }
}

/// Within the EEA only what is asked as a transfer has to be declared as one.
fn at(case: &Case<'_>, asked: &Combination<'_>, country: Country) -> Outcome {
    let changes_on = eea::next_change(country, case.day);
    if let Some(member) = eea::member_on(country, case.day)
        && asked.operation != Operation::Transfer
    {
        return case.law(member.source).until(changes_on);
    }
    transfer(case, asked, country).until(changes_on)
}

/// TRANSFER_ABSENT: for transfers "none" wins, also beside a list.
fn absent(case: &Case<'_>) -> Option<Outcome> {
    let evidence = case.lists().none(List::Transfers)?;
    let finding = Finding::new(FindingCode::TransferAbsent)
        .asks("country")
        .evidence(evidence);
    Some(finding.into())
}

fn transfer(case: &Case<'_>, asked: &Combination<'_>, country: Country) -> Outcome {
    if let Some(absent) = absent(case) {
        return absent;
    }
    let declared = case
        .activity
        .transfers
        .iter()
        .filter_map(|id| case.record.transfers.get(id));
    let alternatives = declared
        .filter(|transfer| covers(case, asked, transfer, country))
        .map(|transfer| one(case, asked, transfer, country));
    case.best(alternatives).unwrap_or_else(|| {
        let is_empty = case.activity.transfers.is_empty();
        let codes = [
            FindingCode::TransferNotRecorded,
            FindingCode::TransferAbsent,
            FindingCode::TransferNotDeclared,
        ];
        case.uncovered(List::Transfers, is_empty, codes)
            .asks("country")
            .into()
    })
}

/// A transfer without a scope covers all data: it limits where data goes, and what may go is asked elsewhere.
fn covers(case: &Case<'_>, asked: &Combination<'_>, transfer: &Transfer, country: Country) -> bool {
    let importer = case.counterparty.party().and_then(|party| party.id.as_ref());
    (transfer.countries.is_empty() || transfer.countries.contains(&country))
        && (transfer.importers.is_empty() || importer.is_some_and(|id| transfer.importers.contains(id)))
        && case.counts(&transfer.scope.purposes)
        && case.scope_covers(&transfer.scope, asked)
}

fn one(case: &Case<'_>, asked: &Combination<'_>, transfer: &Transfer, country: Country) -> Outcome {
    let place = format!("registers/{}/transfers/{}", case.record.register.id, transfer.id);
    let evidence = || case.evidence(place.clone(), &transfer.provenance);
    let mut outcome = Outcome::default().until(transfer.effective.next_change(case.day));
    if !transfer.effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::TransferNotValid).evidence(evidence()));
    }
    if transfer.countries.is_empty() {
        outcome = outcome.with(Finding::new(FindingCode::TransferCountryUnidentified).evidence(evidence()));
    }
    let within = eea::contains(country, case.day);
    let attest = || case.attest(Finding::new(FindingCode::TransferToolAttest));
    match (transfer.tool, case.facts().transfer_tool) {
        // Within the EEA there is nothing that needs a tool.
        _ if within => outcome,
        (Some(recorded), _) if !transfer.countries.is_empty() => {
            outcome.and(tool(case, asked, recorded, country))
        }
        // The record leaves country or tool to the case: what is said has to be valid, and to be confirmed.
        (_, None) => outcome.with(Finding::new(FindingCode::TransferToolUnknown).asks("transfer_tool")),
        (Some(recorded), Some(said)) if recorded != said && said != TransferTool::None => {
            let detail = "the record rests on another tool";
            outcome.with(
                Finding::new(FindingCode::TransferNotDeclared)
                    .detail(detail)
                    .evidence(evidence()),
            )
        }
        (_, Some(said)) => outcome.and(tool(case, asked, said, country)).and(attest()),
    }
}

fn tool(case: &Case<'_>, asked: &Combination<'_>, tool: TransferTool, country: Country) -> Outcome {
    let authority = case.record.register.controller.public_role == PublicRole::Authority;
    match tool {
        TransferTool::None => FindingCode::TransferNoTool.into(),
        TransferTool::Adequacy => adequate(case, country),
        tool if tool.is_safeguard() => FindingCode::TiaNotRecorded.into(),
        tool if tool.is_closed_to_authorities() && authority => FindingCode::DerogationPublicAuthority.into(),
        TransferTool::ExplicitConsent => consent(case, asked, Need::Explicit),
        _ => case.attest(Finding::new(FindingCode::DerogationConditions)),
    }
}

/// ADEQUACY_* (Art. 45), evaluated at the time of the processing.
fn adequate(case: &Case<'_>, country: Country) -> Outcome {
    let exporter = case.record.register.controller.country;
    let Some(decision) = adequacy::decision_for(country, exporter, case.day) else {
        return FindingCode::AdequacyMissing.into();
    };
    let found = |code: FindingCode| Finding::new(code).detail(decision.source.citation);
    let mut outcome = Outcome::default().until(adequacy::next_change(country, case.day));
    if !decision.in_force.contains(case.day) {
        return outcome.with(found(FindingCode::AdequacyExpired));
    }
    if decision.is_expiring(case.day) {
        outcome = outcome.with(found(FindingCode::AdequacyExpiring));
    }
    if let Some(scope) = decision.scope {
        let detail = format!("{}: {scope}", decision.source.citation);
        let asks = |code: FindingCode| Finding::new(code).detail(detail).asks("importer_covered");
        outcome = match case.facts().importer_covered {
            Fact::Yes => outcome,
            Fact::No => outcome.with(asks(FindingCode::AdequacyOutOfScope)),
            Fact::Unknown | Fact::Unsaid => outcome.with(asks(FindingCode::AdequacyScopeUnknown)),
        };
    }
    outcome.and(case.law(decision.source))
}
