//! Consents of the person (Arts 4(11), 6(1)(a), 7, 8).

use super::{
    case::{Case, Combination, Party},
    outcome::Outcome,
    resolve,
};
use crate::{
    domain::{
        finding::{Finding, FindingCode, Verdict},
        operation::Operation,
        question::{Consent, ConsentState, Giver},
        term::Term,
        vocabulary::Facet,
    },
    law::child_age,
};

/// What a rule needs of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Any consent (Art. 6(1)(a)).
    Plain,
    /// An explicit one (Arts 9(2)(a), 22(2)(c), 49(1)(a)).
    Explicit,
}

/// CONSENT_*: some consent said covers what is asked. Nothing said: it is asked for.
pub fn consent(case: &Case<'_>, asked: &Combination<'_>, need: Need) -> Outcome {
    let consents = case.facts().consents.iter().enumerate();
    case.best(consents.map(|(index, consent)| one(case, asked, need, index, consent)))
        .unwrap_or_else(|| Finding::new(FindingCode::ConsentUnknown).asks("consents").into())
}

/// What the person's own consents for what is asked make of a fact that says that there is one: a refusal or withdrawal,
/// where nothing else given covers it, outweighs the fact.
pub fn refusal(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let consents = case.facts().consents.iter().enumerate();
    let own: Vec<Outcome> = consents
        .filter(|(_, consent)| consent.giver != Giver::AnotherPerson && concerns(case, asked, consent))
        .map(|(index, consent)| one(case, asked, Need::Plain, index, consent))
        .collect();
    let changes_on = own.iter().filter_map(|outcome| outcome.changes_on).min();
    let refuses = |outcome: &&Outcome| {
        let refused = [FindingCode::ConsentMissing, FindingCode::ConsentWithdrawn];
        outcome
            .findings
            .iter()
            .any(|finding| refused.contains(&finding.code))
    };
    let refused = own
        .iter()
        .find(refuses)
        .filter(|_| !own.iter().any(Outcome::is_permitted));
    refused.cloned().unwrap_or_default().until(changes_on)
}

/// CHANNEL_CONSENT_*: where the record ties sending to a consent for the channel, it is needed beside the ground.
pub fn channel(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let found = |code| Outcome::from(Finding::new(code).asks("channel").asks("consents"));
    let Some(channel) = case.facts().channel else {
        return found(FindingCode::ChannelConsentUnknown);
    };
    let consents = case.facts().consents.iter().enumerate();
    let each = consents.map(|(index, consent)| {
        let outcome = one(case, asked, Need::Plain, index, consent);
        match outcome.verdict() {
            Verdict::Denied => found(FindingCode::ChannelConsentMissing).until(outcome.changes_on),
            _ if consent.channels.contains(&channel) => outcome,
            _ => found(FindingCode::ChannelConsentMissing),
        }
    });
    case.best(each)
        .unwrap_or_else(|| found(FindingCode::ChannelConsentUnknown))
}

fn one(case: &Case<'_>, asked: &Combination<'_>, need: Need, index: usize, consent: &Consent) -> Outcome {
    let found = |code| Outcome::from(Finding::new(code).asks(format!("consents[{index}]")));
    match consent.state {
        ConsentState::NotGiven => return found(FindingCode::ConsentMissing),
        ConsentState::Unknown => return found(FindingCode::ConsentUnknown),
        // Withdrawn without a date is withdrawn before the processing.
        ConsentState::Withdrawn if consent.withdrawn_on.is_none_or(|day| day <= case.day) => {
            return found(FindingCode::ConsentWithdrawn);
        }
        ConsentState::Given | ConsentState::Withdrawn => {}
    }
    if consent.withdrawn_on.is_some_and(|day| day <= case.day) {
        return found(FindingCode::ConsentWithdrawn);
    }
    if consent.given_on.is_some_and(|day| day > case.day) {
        return found(FindingCode::ConsentMissing).until(consent.given_on);
    }
    if consent.giver == Giver::AnotherPerson {
        return found(FindingCode::ConsentOfAnotherPerson);
    }
    let mut outcome = Outcome::from(FindingCode::KeepEvidence).until(consent.withdrawn_on);
    if !covers(case, asked, consent) {
        outcome = outcome.and(found(FindingCode::ConsentScopeExceeded));
    }
    if need == Need::Explicit && !consent.explicit {
        outcome = outcome.and(found(FindingCode::Art9ExplicitConsentRequired));
    }
    outcome.and(child(case, index, consent))
}

/// Parts of a consent that are left out mean what is asked; only a recipient and a channel have to be named.
fn covers(case: &Case<'_>, asked: &Combination<'_>, consent: &Consent) -> bool {
    let unnamed = consent.recipient.is_none() && case.counterparty.party().is_some();
    let leaves = matches!(asked.operation, Operation::Disclose | Operation::Transfer);
    let reached = case
        .facts()
        .channel
        .is_none_or(|channel| consent.channels.contains(&channel));
    concerns(case, asked, consent) && reached && !(leaves && unnamed)
}

/// Whether a consent is about what is asked: one that was refused need not name the recipient.
fn concerns(case: &Case<'_>, asked: &Combination<'_>, consent: &Consent) -> bool {
    let purpose = consent.purpose.as_deref().is_none_or(|purpose| {
        let meant = resolve::purpose_ref(case.activity, purpose);
        meant.is_ok_and(|meant| case.counts(&[meant]))
    });
    let consented = |text: &String| {
        Term::parse(Facet::Data, text).is_ok_and(|consented| case.covers_data(&consented, asked))
    };
    let data = consent.data.is_empty() || consent.data.iter().any(consented);
    let recipient = match (asked.operation, case.counterparty.party()) {
        (Operation::Disclose | Operation::Transfer, Some(party)) => consent
            .recipient
            .as_deref()
            .is_none_or(|text| names(case, text, party)),
        _ => true,
    };
    purpose && data && recipient
}

fn names(case: &Case<'_>, recipient: &str, party: &Party) -> bool {
    let named = resolve::party(case.record, recipient);
    named.is_ok_and(|named| match (&named.id, &party.id) {
        (Some(one), Some(other)) => one == other,
        (Some(_), None) => false,
        (None, _) => named
            .kinds
            .iter()
            .any(|kind| party.kinds.iter().any(|own| kind.covers(*own))),
    })
}

/// CHILD_CONSENT_AGE (Art. 8(1)): a child consents alone only from the national age. Unsaid, the person is taken as of
/// age, unless the category is a child.
fn child(case: &Case<'_>, index: usize, consent: &Consent) -> Outcome {
    if consent.giver == Giver::Representative {
        return Outcome::default();
    }
    let given_on = consent.given_on.unwrap_or(case.day);
    let country = case.record.register.controller.country;
    let (age, source) = child_age::age_for(country, given_on);
    // A consent without a date is taken as of the day of the processing, and so is the age.
    let changes_on = child_age::next_change(country, given_on).filter(|_| consent.given_on.is_none());
    let found = |code: FindingCode| {
        let detail = format!("the age is {age}");
        Outcome::from(
            Finding::new(code)
                .detail(detail)
                .asks(format!("consents[{index}].age")),
        )
        .and(source.map(|source| case.law(source)).unwrap_or_default())
    };
    let outcome = match consent.age {
        None if case.person_is("dpv:Child") => found(FindingCode::ChildAgeUnknown),
        Some(years) if years < age => found(FindingCode::ChildConsentAge),
        None | Some(_) => Outcome::default(),
    };
    outcome.until(changes_on.filter(|_| consent.age.is_some()))
}
