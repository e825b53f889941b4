//! Conjunct 4: some ground covers this as a whole (Arts 6, 9, 10, 87). A ground is one alternative: what it pairs is
//! never completed by another entry.

use super::{
    case::{Case, Combination},
    classes::{self, Reach},
    consent::{Need, consent},
    outcome::Outcome,
    scope::DataFit,
};
use crate::{
    domain::{
        activity::{Article6, LegalBasis},
        finding::{Finding, FindingCode, Severity},
        operation::Operation,
        organisation::Role,
        question::RequestFact,
        register::{Gap, PublicRole},
        statement::List,
        term::{FORMER, Term},
        vocabulary::Facet,
    },
    law::{CONTRACT_PARTY, sfb_114},
};

/// LEGAL_BASIS_* (Art. 6(1)) with what Arts 9, 10 and 87 need.
pub fn ground(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    // The person's own data goes to the person without a ground (Art. 15).
    let to_subject = asked.operation == Operation::Disclose && case.counterparty.is_subject();
    let by_instruction = case.activity.role == Role::Processor;
    if case.is_duty(asked) || to_subject || by_instruction {
        return Outcome::default();
    }
    let bases = case.lists().legal_bases();
    let matches = |basis: &LegalBasis| {
        basis.article_6.is_none()
            && case.names_purpose(&basis.scope.purposes)
            && case.overlaps(&basis.scope, asked)
    };
    let denial = case.denial(
        &bases,
        FindingCode::LegalBasisAbsent,
        |basis| &basis.stated,
        matches,
    );
    // Grounds that all name other purposes leave the ground of this one not stated.
    let alternatives = bases
        .iter()
        .filter(|(_, basis)| basis.stated.declares() && case.counts(&basis.scope.purposes))
        .map(|(place, basis)| one(case, asked, place, basis));
    denial.or_else(|| {
        // A ground that covers what is asked is nearer than one that does not, however much it lacks.
        let exceeds = |outcome: &Outcome| {
            let code = FindingCode::LegalBasisScopeExceeded;
            outcome.findings.iter().any(|finding| finding.code == code)
        };
        let (missed, covering): (Vec<_>, Vec<_>) = alternatives.partition(exceeds);
        let changes_on = missed.iter().filter_map(|outcome| outcome.changes_on).min();
        case.best(covering)
            .or_else(|| case.best(missed))
            .map_or_else(|| not_stated(case, asked), |best| best.until(changes_on))
    })
}

fn not_stated(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    if let Some(evidence) = case.lists().none(List::LegalBases) {
        return Finding::new(FindingCode::LegalBasisAbsent)
            .evidence(evidence)
            .into();
    }
    gap(case)
        .and(objection(case, None))
        .and(classes::complete(case, asked, None, Reach::Implied))
}

/// LEGAL_BASIS_NOT_RECORDED: the only finding that the register's policy may lower.
fn gap(case: &Case<'_>) -> Outcome {
    let mut finding = Finding::new(FindingCode::LegalBasisNotRecorded);
    if case.record.register.policy.legal_basis_not_recorded == Gap::Warn {
        finding.severity = Severity::Warning;
    }
    finding.into()
}

/// What one entry comes to, as a whole.
pub fn one(case: &Case<'_>, asked: &Combination<'_>, place: String, basis: &LegalBasis) -> Outcome {
    let evidence = || case.evidence(place.clone(), &basis.stated.provenance);
    let effective = basis.stated.effective;
    let mut outcome = Outcome::default().until(effective.next_change(case.day));
    if !effective.contains(case.day) {
        outcome = outcome.with(Finding::new(FindingCode::LegalBasisNotValid).evidence(evidence()));
    }
    let fit = case.data_fit(&basis.scope, asked);
    // An unscoped point reaches protected data only for what is implied, and where a data use names it.
    let reach = match fit {
        DataFit::Named => Some(Reach::Named),
        DataFit::Unscoped if asked.classes.is_ordinary() => Some(Reach::Named),
        DataFit::Unscoped if case.is_implied(asked) => Some(Reach::Implied),
        DataFit::Unscoped | DataFit::Missed => None,
    };
    if reach.is_none() || !case.scope_covers_rest(&basis.scope, asked) {
        let detail = match fit {
            DataFit::Unscoped if reach.is_none() => "protected data has to be named",
            _ => "",
        };
        let finding = Finding::new(FindingCode::LegalBasisScopeExceeded)
            .detail(detail)
            .evidence(evidence());
        return outcome.with(finding);
    }
    let point = match basis.article_6 {
        None => gap(case),
        Some(point) => article_6(case, asked, basis, point, &evidence),
    };
    let conditions = case.conditions(asked, &basis.conditions);
    let completed = classes::complete(case, asked, Some(basis), reach.unwrap_or(Reach::Implied));
    outcome
        .and(point)
        .and(conditions)
        .and(objection(case, basis.article_6))
        .and(completed)
}

fn article_6(
    case: &Case<'_>,
    asked: &Combination<'_>,
    basis: &LegalBasis,
    point: Article6,
    evidence: &impl Fn() -> crate::domain::finding::Evidence,
) -> Outcome {
    let found = |code: FindingCode| Outcome::from(Finding::new(code).evidence(evidence()));
    let role = case.record.register.controller.public_role;
    match point {
        Article6::Consent => consent(case, asked, Need::Plain),
        Article6::Contract => contract_party(case, asked),
        Article6::LegalObligation | Article6::PublicTask if !basis.laws.is_empty() => Outcome::default(),
        Article6::PublicTask if role == PublicRole::Private => found(FindingCode::LegalBasisLawRefMissing),
        Article6::LegalObligation | Article6::PublicTask => found(FindingCode::LegalBasisLawRefNotRecorded),
        Article6::VitalInterests => case.attest(Finding::new(FindingCode::VitalInterestSubsidiarity)),
        Article6::LegitimateInterests if role == PublicRole::Authority => {
            found(FindingCode::LegitimateInterestPublicAuthority)
        }
        Article6::LegitimateInterests => found(FindingCode::LiaNotRecorded),
    }
}

/// SUBJECT_NOT_CONTRACT_PARTY (Art. 6(1)(b)): asked for only where the roles leave it open. Former parties are parties
/// for what is kept of them.
fn contract_party(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    const PARTIES: [&str; 3] = ["dpv:Customer", "dpv:Member", "dpv:Employee"];
    const NEVER: [&str; 3] = ["ropa:BusinessContact", "dpv:Visitor", "ropa:RelatedPerson"];
    let keeps = case.is_implied(asked) && !matches!(asked.operation, Operation::Collect | Operation::Record);
    let is_party = PARTIES.iter().any(|code| case.person_is(code))
        || keeps && FORMER.iter().any(|(former, _)| case.person_is(former));
    let never = |role: &Term| {
        let mut codes = NEVER
            .iter()
            .filter_map(|code| Term::parse(Facet::Subject, code).ok());
        codes.any(|code| case.record.subjects.is_within(role, &code))
    };
    if is_party {
        Outcome::default()
    } else if !case.person.is_empty() && case.person.iter().all(never) {
        Finding::new(FindingCode::SubjectNotContractParty)
            .asks("subjects")
            .into()
    } else {
        case.law_condition(CONTRACT_PARTY)
    }
}

/// OBJECTION_* (Art. 21(1)): an objection removes grounds under points (e) and (f), unless law disapplies it, and
/// leaves the others. Direct marketing and recorded opt-outs are in `rights`.
fn objection(case: &Case<'_>, point: Option<Article6>) -> Outcome {
    let objection = case.facts().objection;
    if matches!(
        objection,
        RequestFact::Unsaid | RequestFact::None | RequestFact::Refused
    ) {
        return Outcome::default();
    }
    let changes_on = sfb_114::next_change(&case.record.register.controller, case.day);
    let found = |code| Outcome::from(Finding::new(code).asks("objection")).until(changes_on);
    let controller = &case.record.register.controller;
    let disapplied = sfb_114::applies(controller, case.day) && sfb_114::covers(&case.purposes_meant());
    match point {
        _ if disapplied => found(FindingCode::ObjectionNotAvailable).and(case.law(sfb_114::OBJECTIONS)),
        None => found(FindingCode::RightsUnknown),
        Some(Article6::PublicTask | Article6::LegitimateInterests) => match objection {
            RequestFact::Open => found(FindingCode::ObjectionPending),
            RequestFact::Granted => found(FindingCode::ObjectionUpheld),
            _ => found(FindingCode::RightsUnknown),
        },
        Some(_) => found(FindingCode::ObjectionNotAvailable),
    }
}
