//! Disclosures to recipients (Arts 4(9), 5(1)(a)-(c), 30(1)(d)).

use super::super::{
    case::{Case, Combination, Party, condition_outcome},
    data_use::source,
    ground,
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Article6, Disclosure, Initiative, Place, Relation},
        finding::{Finding, FindingCode, Verdict},
        listed::Listed,
        party::Country,
        question::{Fact, PlaceFact},
        register::ConditionKind,
        statement::List,
    },
    law::eea,
};

/// RECIPIENT_*, AUTHORITY_*.
pub fn recipient(case: &Case<'_>, asked: &Combination<'_>, party: &Party) -> Outcome {
    let disclosures = case.lists().own("disclosures", &case.activity.disclosures);
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
    // In a particular inquiry an authority is no recipient: nearer than a consent, farther than what names it.
    let inquiry = is_authority(party).then(|| inquiry(case)).flatten();
    let one = |(place, disclosure): (String, &Disclosure)| one(case, asked, party, place, disclosure);
    let declared = case.best(named.into_iter().map(one));
    let consented = case.best(to_anybody.into_iter().map(one));
    let is_named = [&declared, &consented].into_iter().flatten().any(|outcome| {
        let exceeds = |finding: &Finding| finding.code == FindingCode::RecipientScopeExceeded;
        !outcome.findings.iter().any(exceeds)
    });
    let not_declared = || {
        let declares = |disclosure: &Disclosure| disclosure.stated.declares();
        let codes = [
            FindingCode::RecipientNotRecorded,
            FindingCode::RecipientAbsent,
            FindingCode::RecipientNotDeclared,
        ];
        let is_empty = !disclosures.entries.iter().any(declares);
        case.uncovered(List::Recipients, is_empty, codes)
            .asks("recipient")
            .into()
    };
    let alternatives = declared
        .into_iter()
        .chain(inquiry)
        .chain(consented)
        .chain(portability(case, asked));
    let best = case.best(alternatives).unwrap_or_else(not_declared);
    // "None" beside a list decides what the list does not name; where it names the recipient, the record is at odds.
    match case.lists().none(List::Recipients) {
        Some(evidence) if is_named => {
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
    let covered = data
        && case.counts(&disclosure.scope.purposes)
        && case.scope_covers_rest(&disclosure.scope, asked)
        && place_is_covered(case, party, disclosure)
        && case.form_is_covered(asked, disclosure.form);
    if !covered {
        let finding = Finding::new(FindingCode::RecipientScopeExceeded)
            .asks("recipient")
            .evidence(evidence());
        return outcome.with(finding);
    }
    let facts = case.facts();
    let initiative = match disclosure.initiative {
        Initiative::OnRequest => {
            let detail = "the recipient asked for the data in this case".to_owned();
            condition_outcome(facts.requested, "requested".to_owned(), detail)
        }
        Initiative::OnSubjectRequest => {
            let detail = "the person asked for it".to_owned();
            condition_outcome(facts.subject_requested, "subject_requested".to_owned(), detail)
        }
        Initiative::NotStated | Initiative::RequiredByLaw => Outcome::default(),
    };
    let relation = match (disclosure.counterparty, facts.own) {
        (Relation::Any, _) | (Relation::Own, Fact::Yes) => Outcome::default(),
        (Relation::Own, Fact::No) => Finding::new(FindingCode::RelationNotMatched).asks("own").into(),
        (Relation::Own, Fact::Unknown | Fact::Unsaid) => {
            Finding::new(FindingCode::RelationUnknown).asks("own").into()
        }
    };
    let mut open = initiative.and(relation);
    for finding in &mut open.findings {
        finding.evidence.push(evidence());
    }
    let conditions = if disclosure.recipients.is_empty() {
        // The consent itself has to name the recipient: that it was given is not enough.
        case.consented_conditions(asked, &disclosure.conditions)
    } else {
        case.conditions(asked, &disclosure.conditions)
    };
    // Where the record names places and nobody says which it is, staying within the EEA is not enough.
    let nowhere = facts.country == PlaceFact::Unsaid && party.countries.is_empty();
    let limited = !disclosure.places.is_empty() && !disclosure.places.contains(&Place::Eea);
    if nowhere && limited {
        outcome = outcome.with(
            Finding::new(FindingCode::PlaceUnknown)
                .asks("country")
                .evidence(evidence()),
        );
    }
    outcome.and(open).and(conditions)
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

/// AUTHORITY_* (Art. 4(9)): an authority in a particular inquiry is no recipient, so a record need not name it. Denied
/// that it asked, or that a law entitles it, there is no inquiry.
fn inquiry(case: &Case<'_>) -> Option<Outcome> {
    let conditions = &case.record.register.conditions;
    let mut by_law = conditions
        .iter()
        .filter(|(_, condition)| condition.kind == ConditionKind::LegalRight);
    if by_law.any(|(id, _)| case.facts().condition(id.as_str()) == Fact::No) {
        return None;
    }
    match (case.facts().requested, &case.facts().legal_reference) {
        (Fact::No, _) => None,
        (Fact::Yes, Some(_)) => Some(FindingCode::AuthorityInquiry.into()),
        _ => {
            let unknown = Finding::new(FindingCode::AuthorityRequestUnknown);
            Some(unknown.asks("requested").asks("legal_reference").into())
        }
    }
}

/// PORTABILITY_IDENTITY (Art. 20): what the person provided goes, at the person's request, to the controller that the
/// person names, where the processing rests on consent or a contract.
fn portability(case: &Case<'_>, asked: &Combination<'_>) -> Option<Outcome> {
    if case.facts().subject_requested != Fact::Yes {
        return None;
    }
    let rests = case.lists().legal_bases().iter().any(|(place, basis)| {
        basis.stated.declares()
            && matches!(basis.article_6, Some(Article6::Consent | Article6::Contract))
            && case.counts(&basis.scope.purposes)
            && ground::one(case, asked, place, basis).verdict() <= Verdict::Conditional
    });
    let provided = case.activity.data_uses.iter().any(|data_use| {
        let sources = &data_use.sources;
        data_use.stated.declares()
            && data_use.stated.effective.contains(case.day)
            && case.counts(&data_use.purposes)
            && (data_use.subjects.is_empty() || case.covers_person(&data_use.subjects))
            && case.form_is_covered(asked, data_use.form)
            && data_use
                .data
                .iter()
                .any(|declared| case.covers_data(declared, asked))
            && sources.iter().any(|source| source::is_subject(case, source))
    });
    (rests && provided).then(|| case.attest(Finding::new(FindingCode::PortabilityIdentity)))
}
