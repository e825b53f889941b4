//! Conjunct 5: what the person has asked for (Arts 17, 18, 21). Objections to a ground are in `ground`.

use super::{
    case::{Case, Combination, Counterparty},
    consent::{self, Need, consent},
    ground,
    outcome::Outcome,
};
use crate::{
    domain::{
        activity::Article6,
        finding::{Finding, FindingCode, Verdict},
        operation::Operation,
        question::{Fact, RequestFact},
        term::Term,
        vocabulary::Facet,
    },
    law::marketing::{self, Approach},
};

/// Objection where it is absolute, restriction, erasure.
pub fn rights(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if asked.operation.is_duty() {
        return Outcome::default();
    }
    if case.is_duty(asked) {
        // What a rule says is done at the end does not go before a request that was granted.
        return match case.facts().erasure {
            RequestFact::Granted => erasure(case, asked),
            _ => Outcome::default(),
        };
    }
    Outcome::all([
        direct_marketing(case),
        channel(case, asked),
        passed_on(case, asked),
        opt_out(case, asked),
        restriction(case, asked),
        erasure(case, asked),
    ])
}

/// OBJECTION_DIRECT_MARKETING (Art. 21(2), (3)): absolute, whatever the ground.
fn direct_marketing(case: &Case<'_>) -> Outcome {
    if case.is_marketing() {
        absolute(case, FindingCode::ObjectionDirectMarketing)
    } else {
        Outcome::default()
    }
}

/// CHANNEL_CONSENT_*: beside the ground, never instead of it.
fn channel(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let tied = case.is_tied_to_channels();
    if !sends(case, asked) || !tied && !case.is_marketing() {
        Outcome::default()
    } else if tied {
        consent::channel(case, asked)
    } else if let Some(law) = approach(case) {
        let consented = consent::channel(case, asked);
        // A consent that was withdrawn is a refusal of what customers could be sent without one.
        let refused = consent::refusal(case, asked);
        let withdrawn = refused
            .findings
            .iter()
            .any(|finding| finding.code == FindingCode::ConsentWithdrawn);
        let excepted = (!withdrawn).then(|| case.law_condition(law.exception));
        let best = case.best([Some(consented), excepted].into_iter().flatten());
        best.unwrap_or_default()
            .and(case.law(law.source))
            .until(refused.changes_on)
    } else {
        case.attest(Finding::new(FindingCode::ChannelConsentUnchecked))
    }
}

/// The law that has nobody approached by the channel said without consent.
fn approach(case: &Case<'_>) -> Option<&'static Approach> {
    let country = case.record.register.controller.country;
    marketing::approach(country, case.facts().channel?, case.day)
}

/// Something is sent where a channel is said, or contact data is used for the purpose.
fn sends(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let contact = Term::parse(Facet::Data, "pd:Contact").ok();
    let is_contact = |data: &Term| {
        contact
            .as_ref()
            .is_some_and(|contact| case.record.data.shares(data, contact))
    };
    case.facts().channel.is_some()
        || matches!(
            asked.operation,
            Operation::Use | Operation::Disclose | Operation::Transfer
        ) && asked.data.is_some_and(is_contact)
}

/// CONSENT_*, CONDITION_*: consumers' data that is passed on for marketing, where a national law asks for consent.
fn passed_on(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let leaves = matches!(asked.operation, Operation::Disclose | Operation::Transfer);
    let to_another =
        matches!(case.counterparty, Counterparty::Recipient(_)) && !case.counterparty.is_subject();
    let country = case.record.register.controller.country;
    let Some(law) = marketing::passing_on(country, case.day) else {
        return Outcome::default();
    };
    if !leaves || !to_another || !case.is_marketing() {
        return Outcome::default();
    }
    let consented = consent::consent(case, asked, Need::Explicit);
    let ordinary = asked.classes.is_ordinary();
    let excepted = ordinary.then(|| case.law_condition(law.exception));
    let best = case.best([Some(consented), excepted].into_iter().flatten());
    best.unwrap_or_default().and(case.law(law.source))
}

/// OPT_OUT_*: a standing opt-out that the record grants counts as an objection.
fn opt_out(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let matching = case.lists().own("opt_outs", &case.activity.opt_outs);
    let matching = matching.iter().find(|(_, opt_out)| {
        case.reaches_purpose(&opt_out.scope.purposes) && case.overlaps(&opt_out.scope, asked)
    });
    let Some((place, opt_out)) = matching else {
        return Outcome::default();
    };
    let evidence = case.evidence(place, &opt_out.provenance);
    let mut outcome = absolute(case, FindingCode::OptOutRecorded);
    for finding in &mut outcome.findings {
        finding.evidence.push(evidence.clone());
    }
    outcome
}

fn absolute(case: &Case<'_>, code: FindingCode) -> Outcome {
    match case.facts().objection {
        RequestFact::None => Outcome::default(),
        RequestFact::Open | RequestFact::Granted | RequestFact::Refused => {
            Finding::new(code).asks("objection").into()
        }
        RequestFact::Unknown => Finding::new(FindingCode::RightsUnknown).asks("objection").into(),
        RequestFact::Unsaid => case.attest(Finding::new(FindingCode::OptOutUnchecked).asks("objection")),
    }
}

/// RESTRICTION_ACTIVE (Art. 18(2)): storing, the person's consent and legal claims are what is left.
fn restriction(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let code = match case.facts().restriction {
        RequestFact::Granted => FindingCode::RestrictionActive,
        RequestFact::Open | RequestFact::Unknown => FindingCode::RightsUnknown,
        RequestFact::Unsaid | RequestFact::None | RequestFact::Refused => return Outcome::default(),
    };
    if asked.operation == Operation::Store || case.facts().legal_claim == Fact::Yes {
        return Outcome::default();
    }
    let consent = consent(case, asked, Need::Plain);
    if consent.is_permitted() {
        return consent;
    }
    Outcome::from(Finding::new(code).asks("restriction")).until(consent.changes_on)
}

/// ERASURE_REQUEST_* (Art. 17). An open request has no effect where the processing rests on a legal obligation or a
/// public task (Art. 17(3)(b)); a granted one denies whatever the ground.
fn erasure(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    match case.facts().erasure {
        RequestFact::Unsaid | RequestFact::None | RequestFact::Refused => Outcome::default(),
        RequestFact::Granted => Finding::new(FindingCode::ErasureRequestGranted)
            .asks("erasure")
            .into(),
        RequestFact::Unknown => Finding::new(FindingCode::RightsUnknown).asks("erasure").into(),
        RequestFact::Open if rests_on_duty(case, asked) => Outcome::default(),
        RequestFact::Open => case.attest(Finding::new(FindingCode::ErasureRequestOpen).asks("erasure")),
    }
}

fn rests_on_duty(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    case.lists().legal_bases().iter().any(|(place, basis)| {
        basis.stated.declares()
            && matches!(
                basis.article_6,
                Some(Article6::LegalObligation | Article6::PublicTask)
            )
            && !basis.laws.is_empty()
            && case.counts(&basis.scope.purposes)
            && ground::one(case, asked, place, basis).verdict() <= Verdict::Conditional
    })
}
