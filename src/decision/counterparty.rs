//! Conjunct 7: these data may go to this recipient or processor, under the conditions that the record names
//! (Arts 5(1)(a)-(c), 28, 30(1)(d)).

use super::{
    case::{Case, Combination, Counterparty, Party, condition_outcome},
    consent::{Need, consent},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Disclosure, DisclosureForm, Initiative, Place, ProcessorUse},
        finding::{Finding, FindingCode},
        name::Id,
        operation::Operation,
        party::ContractState,
        question::{Fact, Form, PlaceFact},
        register::ConditionKind,
        statement::{List, Says},
        term::Term,
        vocabulary::Facet,
    },
    law::eea,
};

/// RECIPIENT_* and PROCESSOR_*.
pub fn counterparty(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    match &case.counterparty {
        Counterparty::Processor(party) if !asked.operation.is_duty() => processor(case, asked, party),
        Counterparty::Recipient(_)
            if case.counterparty.is_subject() && asked.operation == Operation::Disclose =>
        {
            FindingCode::CheckIdentity.into()
        }
        Counterparty::Recipient(party) if asked.operation == Operation::Disclose => {
            recipient(case, asked, party).and(protected_identity(case, asked))
        }
        _ => Outcome::default(),
    }
}

fn recipient(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let disclosures = case.own("disclosures", &case.activity.disclosures);
    // Without recipients it is to whomever a consent names; the consent is one of its conditions.
    let names = |disclosure: &Disclosure| {
        disclosure.recipients.is_empty()
            || disclosure
                .recipients
                .iter()
                .any(|declared| party.is_covered_by(declared))
    };
    let denied = disclosures.iter().find(|(_, disclosure)| {
        disclosure.stated.denies()
            && disclosure.recipients.iter().any(|denied| party.overlaps(denied))
            && case.counts(&disclosure.scope.purposes)
            && case.overlaps(&disclosure.scope, asked)
    });
    if let Some((place, disclosure)) = denied {
        let evidence = case.evidence(place, &disclosure.stated.provenance);
        return Finding::new(FindingCode::RecipientAbsent)
            .asks("recipient")
            .evidence(evidence)
            .into();
    }
    // One that names the recipient is nearer than one to whomever a consent names.
    let (named, to_anybody): (Vec<_>, Vec<_>) = disclosures
        .iter()
        .filter(|(_, disclosure)| disclosure.stated.declares() && names(disclosure))
        .partition(|(_, disclosure)| !disclosure.recipients.is_empty());
    let alternatives: Vec<Outcome> = named
        .into_iter()
        .chain(to_anybody)
        .map(|(place, disclosure)| one(case, asked, place, disclosure))
        .collect();
    let is_empty = !disclosures
        .entries
        .iter()
        .any(|disclosure| disclosure.stated.declares());
    let best = Outcome::best(alternatives).unwrap_or_else(|| {
        let codes = [
            FindingCode::RecipientNotRecorded,
            FindingCode::RecipientAbsent,
            FindingCode::RecipientNotDeclared,
        ];
        case.uncovered(List::Recipients, is_empty, codes)
            .asks("recipient")
            .into()
    });
    let not_covered = best.findings.iter().any(|finding| {
        matches!(
            finding.code,
            FindingCode::RecipientNotRecorded
                | FindingCode::RecipientAbsent
                | FindingCode::RecipientNotDeclared
                | FindingCode::RecipientScopeExceeded
        )
    });
    if not_covered && is_authority(party) {
        return inquiry(case, best);
    }
    // "None" beside a list decides what the list does not name; where it names the recipient, the record is at odds.
    let none = case
        .extent(List::Recipients)
        .filter(|extent| extent.says == Says::None);
    match none {
        Some(extent) if !not_covered => {
            let place = format!("{}#extents", case.activity.name);
            let evidence = case.evidence(place, &extent.provenance);
            best.with(Finding::new(FindingCode::RecordContradiction).evidence(evidence))
        }
        _ => best,
    }
}

fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, disclosure: &Disclosure) -> Outcome {
    let evidence = || case.evidence(place.clone(), &disclosure.stated.provenance);
    let effective = disclosure.stated.effective;
    let mut outcome = Outcome::default().until(effective.next_change(case.day));
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::RecipientNotValid).evidence(evidence()));
    }
    let data = match case.data_fit(&disclosure.scope, asked) {
        DataFit::Named => true,
        DataFit::Unscoped => asked.classes.is_ordinary() || a_ground_names_it(case, asked),
        DataFit::Missed => false,
    };
    let covered = data
        && case.counts(&disclosure.scope.purposes)
        && (disclosure.scope.subjects.is_empty() || case.covers_person(&disclosure.scope.subjects))
        && place_is_covered(case, disclosure)
        && form_is_covered(case, disclosure.form);
    if !covered {
        let finding = Finding::new(FindingCode::RecipientScopeExceeded)
            .asks("recipient")
            .evidence(evidence());
        return outcome.with(finding);
    }
    let on_request = if disclosure.initiative == Initiative::OnRequest {
        let detail = "the recipient asked for the data in this case".to_owned();
        let mut open = condition_outcome(case.facts().requested, "requested".to_owned(), detail);
        open.findings
            .iter_mut()
            .for_each(|finding| finding.evidence.push(evidence()));
        open
    } else {
        Outcome::default()
    };
    let conditions = Outcome::all(disclosure.conditions.iter().map(|id| condition(case, asked, id)));
    outcome.and(on_request).and(conditions)
}

/// A condition of a disclosure; that of explicit consent is met by a consent that names the recipient.
fn condition(case: &Case<'_>, asked: &Combination<'_>, id: &Id) -> Outcome {
    let kind = case
        .record
        .register
        .conditions
        .get(id)
        .map(|condition| condition.kind);
    let by_consent = kind == Some(ConditionKind::ExplicitConsent)
        && case.facts().condition(id.as_str()) == Fact::Unsaid
        && !case.facts().consents.is_empty();
    if by_consent {
        consent(case, asked, Need::Explicit)
    } else {
        case.condition(id)
    }
}

/// An unscoped disclosure reaches protected data only where the ground that carries it names those data and covers the
/// operation.
fn a_ground_names_it(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    case.legal_bases().entries.iter().any(|basis| {
        basis.stated.declares()
            && case.counts(&basis.scope.purposes)
            && case.data_fit(&basis.scope, asked) == DataFit::Named
            && case.scope_covers_rest(&basis.scope, asked)
    })
}

fn place_is_covered(case: &Case<'_>, disclosure: &Disclosure) -> bool {
    let PlaceFact::Country(country) = case.facts().country else {
        return true;
    };
    disclosure.places.is_empty()
        || disclosure.places.iter().any(|place| match place {
            Place::Eea => eea::contains(country, case.day),
            Place::Country(declared) => *declared == country,
        })
}

const fn form_is_covered(case: &Case<'_>, form: DisclosureForm) -> bool {
    match (form, case.facts().form) {
        (DisclosureForm::Any, _) | (_, Form::Anonymised) => true,
        (DisclosureForm::Pseudonymised, Form::Pseudonymised) => true,
        (DisclosureForm::Pseudonymised | DisclosureForm::Anonymised, _) => false,
    }
}

fn is_authority(party: &Party) -> bool {
    [
        "dpv:Authority",
        "dpv:JudicialOrganisation",
        "dpv:LawEnforcementOrganisation",
        "dpv:PublicSectorBody",
    ]
    .iter()
    .any(|kind| party.is(kind))
}

/// AUTHORITY_* (Art. 4(9)): an authority in a particular inquiry is no recipient, so a record need not name it.
fn inquiry(case: &Case<'_>, otherwise: Outcome) -> Outcome {
    match (case.facts().requested, &case.facts().legal_reference) {
        (Fact::No, _) => otherwise,
        (Fact::Yes, Some(_)) => Outcome::from(FindingCode::AuthorityInquiry).until(otherwise.changes_on),
        _ => Finding::new(FindingCode::AuthorityRequestUnknown)
            .detail("no recorded disclosure covers this")
            .asks("requested")
            .asks("legal_reference")
            .into(),
    }
}

/// PROTECTED_IDENTITY_*: the address of a person goes to nobody but the person while a mark is set.
fn protected_identity(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let Ok(address) = Term::parse(Facet::Data, "pd:PhysicalAddress") else {
        return Outcome::default();
    };
    if !asked
        .data
        .is_some_and(|data| case.record.data.overlaps(data, &address))
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

fn processor(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let uses = case.processors();
    // A named processor is never covered by a general word, so kinds do not count here.
    let names = |entry: &ProcessorUse| party.id.as_ref() == Some(&entry.processor);
    let denied = uses
        .iter()
        .find(|(_, entry)| entry.stated.denies() && names(entry));
    if let Some((place, entry)) = denied {
        let evidence = case.evidence(place, &entry.stated.provenance);
        return Finding::new(FindingCode::ProcessorAbsent)
            .asks("processor")
            .evidence(evidence)
            .into();
    }
    let alternatives = uses
        .iter()
        .filter(|(_, entry)| entry.stated.declares() && names(entry))
        .map(|(place, entry)| one_processor(case, asked, place, entry));
    Outcome::best(alternatives).unwrap_or_else(|| {
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

fn one_processor(case: &Case<'_>, asked: &Combination<'_>, place: String, entry: &ProcessorUse) -> Outcome {
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
    let outcome = match contract.state {
        ContractState::NotStated => found(FindingCode::ProcessorContractNotRecorded),
        ContractState::Missing => found(FindingCode::ProcessorContractAbsent),
        ContractState::Concluded if !contract.effective.contains(case.day) => {
            found(FindingCode::ProcessorContractNotValid)
        }
        ContractState::Concluded => {
            let covers = case.data_fit(&contract.scope, asked) != DataFit::Missed
                && case.scope_covers_rest(&contract.scope, asked);
            if covers {
                Outcome::default()
            } else {
                found(FindingCode::ProcessorContractScopeExceeded)
            }
        }
    };
    outcome.until(contract.effective.next_change(case.day))
}
