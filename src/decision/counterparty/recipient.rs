//! Disclosures to recipients (Arts 4(9), 5(1)(a)-(c), 30(1)(d)).

use super::super::{
    case::{Case, Combination, Listed, Party, condition_outcome},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Disclosure, DisclosureForm, Initiative, Place},
        finding::{Finding, FindingCode},
        party::Country,
        question::{Fact, Form, PlaceFact},
        statement::{List, Says},
        term::Term,
        vocabulary::Facet,
    },
    law::eea,
};

/// RECIPIENT_*, AUTHORITY_*.
pub fn recipient(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let disclosures = case.own("disclosures", &case.activity.disclosures);
    let matches = |disclosure: &Disclosure| {
        let recipients = &disclosure.recipients;
        recipients.iter().any(|denied| case.overlaps_party(party, denied))
            && case.names_purpose(&disclosure.scope.purposes)
            && case.overlaps(&disclosure.scope, asked)
    };
    let code = FindingCode::RecipientAbsent;
    let denial = case.denial(&disclosures, code, |disclosure| &disclosure.stated, matches);
    denial
        .asks("recipient")
        .or_else(|| declared(case, asked, party, &disclosures))
}

/// The best of the disclosures that name the party.
fn declared(
    case: &Case<'_>,
    asked: &Combination<'_>,
    party: &Party,
    disclosures: &Listed<'_, Disclosure>,
) -> Outcome {
    // Without recipients it is to whomever a consent names; one that names the recipient is nearer.
    let names = |disclosure: &Disclosure| {
        let recipients = &disclosure.recipients;
        recipients.is_empty() || recipients.iter().any(|declared| party.is_covered_by(declared))
    };
    let (named, to_anybody): (Vec<_>, Vec<_>) = disclosures
        .iter()
        .filter(|(_, disclosure)| disclosure.stated.declares() && names(disclosure))
        .partition(|(_, disclosure)| !disclosure.recipients.is_empty());
    let alternatives = named
        .into_iter()
        .chain(to_anybody)
        .map(|(place, disclosure)| one(case, asked, party, place, disclosure));
    let is_empty = !disclosures
        .entries
        .iter()
        .any(|disclosure| disclosure.stated.declares());
    let best = case.best(alternatives).unwrap_or_else(|| {
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
    match case
        .extent(List::Recipients)
        .filter(|extent| extent.says == Says::None)
    {
        Some(extent) if !not_covered => {
            let place = format!("{}#extents", case.activity.name);
            let evidence = case.evidence(place, &extent.provenance);
            best.with(Finding::new(FindingCode::RecordContradiction).evidence(evidence))
        }
        _ => best,
    }
}

fn one(
    case: &Case<'_>,
    asked: &Combination<'_>,
    party: &Party,
    place: String,
    disclosure: &Disclosure,
) -> Outcome {
    let evidence = || case.evidence(place.clone(), &disclosure.stated.provenance);
    let effective = disclosure.stated.effective;
    let mut outcome = Outcome::default().until(effective.next_change(case.day));
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::RecipientNotValid).evidence(evidence()));
    }
    let data = match case.data_fit(&disclosure.scope, asked) {
        DataFit::Named => true,
        DataFit::Unscoped => asked.classes.is_ordinary() || case.a_ground_names(asked),
        DataFit::Missed => false,
    };
    let subjects = &disclosure.scope.subjects;
    let covered = data
        && case.counts(&disclosure.scope.purposes)
        && (subjects.is_empty() || case.covers_person(subjects))
        && place_is_covered(case, party, disclosure)
        && form_is_covered(case, asked, disclosure.form);
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
    let conditions = if disclosure.recipients.is_empty() {
        // The consent itself has to name the recipient: that it was given is not enough.
        case.consented_conditions(asked, &disclosure.conditions)
    } else {
        case.conditions(asked, &disclosure.conditions)
    };
    outcome.and(on_request).and(conditions)
}

/// The place that is said, else every recorded one; without places the disclosure is within the EEA.
fn place_is_covered(case: &Case<'_>, party: &Party, disclosure: &Disclosure) -> bool {
    let said;
    let countries: &[Country] = match case.facts().country {
        PlaceFact::Country(country) => {
            said = [country];
            &said
        }
        PlaceFact::Unsaid => &party.countries,
        PlaceFact::Unknown => &[],
    };
    countries.iter().all(|country| {
        let places = &disclosure.places;
        places.is_empty() && eea::contains(*country, case.day)
            || places.iter().any(|place| match place {
                Place::Eea => eea::contains(*country, case.day),
                Place::Country(declared) => declared == country,
            })
    })
}

/// What identifies persons is neither anonymous nor pseudonymous, whatever the question says.
fn form_is_covered(case: &Case<'_>, asked: &Combination<'_>, form: DisclosureForm) -> bool {
    let identifying = Term::parse(Facet::Data, "pd:Identifying").ok();
    let identifies = asked.data.is_some_and(|data| {
        identifying.is_some_and(|identifying| case.record.data.is_within(data, &identifying))
    });
    match (form, case.facts().form) {
        (DisclosureForm::Any, _) => true,
        (DisclosureForm::Anonymised, Form::Anonymised)
        | (DisclosureForm::Pseudonymised, Form::Anonymised | Form::Pseudonymised) => !identifies,
        (DisclosureForm::Anonymised | DisclosureForm::Pseudonymised, _) => false,
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
    let changes_on = otherwise.changes_on;
    let outcome = match (case.facts().requested, &case.facts().legal_reference) {
        (Fact::No, _) => otherwise,
        (Fact::Yes, Some(_)) => FindingCode::AuthorityInquiry.into(),
        _ => Finding::new(FindingCode::AuthorityRequestUnknown)
            .detail("no recorded disclosure covers this")
            .asks("requested")
            .asks("legal_reference")
            .into(),
    };
    outcome.until(changes_on)
}
