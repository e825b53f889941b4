//! Conjunct 7: these data may go to this recipient or processor, under the conditions that the record names
//! (Arts 5(1)(a)-(c), 28, 30(1)(d)).

mod processor;
mod recipient;

use super::{
    case::{Case, Combination, Counterparty},
    consent::{Need, consent},
    outcome::Outcome,
};
use crate::{
    domain::{
        finding::{Finding, FindingCode},
        operation::Operation,
        question::Fact,
        term::Term,
        vocabulary::Facet,
    },
    law::dk,
};

/// RECIPIENT_*, PROCESSOR_* and PROTECTED_IDENTITY_*.
pub fn counterparty(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let leaves = matches!(asked.operation, Operation::Disclose | Operation::Transfer);
    let declared = match &case.counterparty {
        _ if case.is_duty(asked) => Outcome::default(),
        Counterparty::Processor(party) => processor::processor(case, asked, party),
        Counterparty::Recipient(_)
            if asked.operation == Operation::Disclose && case.counterparty.is_subject() =>
        {
            FindingCode::CheckIdentity.into()
        }
        Counterparty::Recipient(party) if leaves => recipient::recipient(case, asked, party),
        Counterparty::Recipient(_) | Counterparty::None => Outcome::default(),
    };
    declared
        .and(protected_identity(case, asked))
        .and(footage(case, asked))
}

/// DK_CCTV_DISCLOSURE_4C: footage that was made to prevent crime.
fn footage(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let code = Term::parse(Facet::Data, dk::FOOTAGE_DATA);
    let is_footage = |data: &Term| {
        code.as_ref()
            .is_ok_and(|code| case.record.data.shares(data, code))
    };
    let recipient = match &case.counterparty {
        Counterparty::Recipient(party) => Some(party),
        Counterparty::None | Counterparty::Processor(_) => None,
    };
    let leaves = match asked.operation {
        Operation::Publish => true,
        Operation::Disclose | Operation::Transfer => recipient.is_some(),
        _ => false,
    };
    let is_danish = case.record.register.controller.country.as_str() == "DK";
    let applies =
        is_danish && leaves && !case.counterparty.is_subject() && asked.data.is_some_and(is_footage);
    if !applies || !dk::FOOTAGE_IN_FORCE.contains(case.day) {
        return Outcome::default();
    }
    let by_law = case.facts().legal_reference.is_some();
    let to_police = recipient.is_some_and(|party| party.is("dpv:LawEnforcementOrganisation"));
    let consented = consent(case, asked, Need::Explicit);
    if to_police || by_law {
        case.law(dk::FOOTAGE)
    } else if consented.is_permitted() {
        consented.and(case.law(dk::FOOTAGE))
    } else {
        Outcome::from(FindingCode::DkCctvDisclosure4c).and(case.law(dk::FOOTAGE))
    }
}

/// PROTECTED_IDENTITY_*: while a mark is set, the address goes to nobody but the person and processors.
fn protected_identity(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let leaves = match asked.operation {
        Operation::Publish => true,
        Operation::Disclose | Operation::Transfer => {
            !case.counterparty.is_subject() && !matches!(case.counterparty, Counterparty::Processor(_))
        }
        _ => false,
    };
    let Ok(address) = Term::parse(Facet::Data, "pd:PhysicalAddress") else {
        return Outcome::default();
    };
    if !leaves
        || !asked
            .data
            .is_some_and(|data| case.record.data.shares(data, &address))
    {
        return Outcome::default();
    }
    let found = |code| Finding::new(code).asks("protected_identity");
    match case.facts().protected_identity {
        Fact::No => Outcome::default(),
        Fact::Yes => found(FindingCode::ProtectedIdentityBlock).into(),
        Fact::Unknown => {
            let detail = "no protected-identity mark is set for the person";
            found(FindingCode::ConditionUnknown).detail(detail).into()
        }
        Fact::Unsaid => case.attest(found(FindingCode::ProtectedIdentityUnchecked)),
    }
}
