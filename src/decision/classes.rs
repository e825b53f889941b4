//! What protected data needs beside Art. 6: an exception of Art. 9(2), a ground under Art. 10, a ground for the
//! national number (Art. 87). National law stands in only where the activity states none for that class.

use jiff::civil::Date;

use super::{
    case::{Case, Combination},
    consent::{Need, consent},
    outcome::Outcome,
};
use crate::{
    domain::{
        activity::{Article9, LegalBasis},
        finding::{Finding, FindingCode},
        operation::Operation,
        question::Fact,
        register::PublicRole,
        statement::List,
        term::{DataClass, Term},
        vocabulary::Code,
    },
    law::{
        dk,
        ground::{NationalGround, Setting},
        grounds,
    },
};

/// How a ground reaches the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It names the data, or the data is ordinary.
    Named,
    /// It names none and reaches protected data only where a data use names it and law carries it.
    Implied,
}

/// The codes of one class.
struct Codes {
    list: List,
    not_recorded: FindingCode,
    missing: FindingCode,
    absent: FindingCode,
    scope_exceeded: FindingCode,
}

const fn codes(class: DataClass) -> Option<Codes> {
    match class {
        DataClass::Ordinary => None,
        DataClass::Special => Some(Codes {
            list: List::Article9,
            not_recorded: FindingCode::Art9ExceptionNotRecorded,
            missing: FindingCode::Art9ExceptionMissing,
            absent: FindingCode::Art9ExceptionAbsent,
            scope_exceeded: FindingCode::Art9ExceptionScopeExceeded,
        }),
        DataClass::Criminal => Some(Codes {
            list: List::Article10,
            not_recorded: FindingCode::Art10GroundNotRecorded,
            missing: FindingCode::Art10GroundMissing,
            absent: FindingCode::Art10GroundAbsent,
            scope_exceeded: FindingCode::Art10GroundScopeExceeded,
        }),
        DataClass::NationalNumber => Some(Codes {
            list: List::Article87,
            not_recorded: FindingCode::NidGroundNotRecorded,
            missing: FindingCode::NidGroundMissing,
            absent: FindingCode::NidGroundAbsent,
            scope_exceeded: FindingCode::NidGroundScopeExceeded,
        }),
    }
}

/// Completes a ground (`None`: no Art. 6 ground is stated) for every class that the data is in.
pub fn complete(
    case: &Case<'_>,
    asked: &Combination<'_>,
    basis: Option<&LegalBasis>,
    reach: Reach,
) -> Outcome {
    let classes = [DataClass::Special, DataClass::Criminal, DataClass::NationalNumber];
    let each = classes
        .into_iter()
        .filter(|class| asked.classes.is(*class))
        .map(|class| {
            let Some(codes) = codes(class) else {
                return Outcome::default();
            };
            match basis.filter(|basis| states(basis, class)) {
                // An exception that stands in an entry without data does not reach what it does not name.
                Some(_) if reach == Reach::Implied => codes.scope_exceeded.into(),
                Some(basis) => own(case, asked, basis, class),
                // Law carries protected data that nothing names for what is implied only.
                None if reach == Reach::Implied && !case.is_implied(asked) => codes.missing.into(),
                None => stand_in(case, asked, basis, class, &codes),
            }
        });
    Outcome::all(each).and(automated(asked, basis))
}

/// ADM_SPECIAL_CATEGORY (Art. 22(4)): decided by automated means, special categories need the explicit consent or the
/// substantial public interest that the entry itself pairs with its ground.
fn automated(asked: &Combination<'_>, basis: Option<&LegalBasis>) -> Outcome {
    let allowed = matches!(
        basis.and_then(|basis| basis.article_9),
        Some(Article9::ExplicitConsent | Article9::SubstantialPublicInterest)
    );
    if asked.operation == Operation::DecideAutomated && asked.classes.special && !allowed {
        FindingCode::AdmSpecialCategory.into()
    } else {
        Outcome::default()
    }
}

/// Whether the entry states something for the class.
const fn states(basis: &LegalBasis, class: DataClass) -> bool {
    match class {
        DataClass::Ordinary => true,
        DataClass::Special => basis.article_9.is_some(),
        DataClass::Criminal => basis.article_10.is_some(),
        DataClass::NationalNumber => basis.article_87.is_some(),
    }
}

/// The entry's own exception or ground.
fn own(case: &Case<'_>, asked: &Combination<'_>, basis: &LegalBasis, class: DataClass) -> Outcome {
    let (DataClass::Special, Some(exception)) = (class, basis.article_9) else {
        return Outcome::default();
    };
    let law = if exception.needs_law() && basis.laws.is_empty() {
        law_named(case, asked, basis, exception)
    } else {
        Outcome::default()
    };
    let rest = match exception {
        Article9::ExplicitConsent => consent(case, asked, Need::Explicit),
        Article9::LegalClaims => match case.facts().legal_claim {
            Fact::Yes => Outcome::default(),
            Fact::No => Finding::new(FindingCode::Art9LegalClaimsScope)
                .asks("legal_claim")
                .into(),
            Fact::Unknown | Fact::Unsaid => Finding::new(FindingCode::LegalClaimUnknown)
                .asks("legal_claim")
                .into(),
        },
        _ => Outcome::default(),
    };
    law.and(rest).and(permit(case, basis, exception))
}

/// DK_7_4_PERMIT_REQUIRED: a private body in Denmark that rests on a substantial public interest by the general act, and by
/// no act of its own, needs a permit of the authority.
fn permit(case: &Case<'_>, basis: &LegalBasis, exception: Article9) -> Outcome {
    let controller = &case.record.register.controller;
    let needs = exception == Article9::SubstantialPublicInterest
        && controller.country.as_str() == "DK"
        && controller.public_role != PublicRole::Authority
        && !basis.laws.is_empty()
        && basis.laws.iter().all(|law| dk::is_data_protection_act(&law.act));
    if needs {
        case.attest(Finding::new(FindingCode::Dk74PermitRequired))
            .and(case.law(dk::PERMIT))
    } else {
        Outcome::default()
    }
}

/// An exception that needs a law and names none: law data may name what the record does not, with its conditions; where
/// neither does, there is no exception.
fn law_named(case: &Case<'_>, asked: &Combination<'_>, basis: &LegalBasis, exception: Article9) -> Outcome {
    with_setting(case, asked, Some(basis), |setting| {
        let fitting = grounds::fitting(DataClass::Special, setting, |code| within(case, asked, code));
        let named = fitting.filter(|ground| ground.exceptions.contains(&exception));
        case.best(named.map(|ground| by_law(case, ground, FindingCode::Art9ExceptionLawRefNotRecorded)))
    })
    .unwrap_or_else(|| FindingCode::Art9ExceptionLawRefMissing.into())
    .until(changes_on(DataClass::Special, case))
}

/// The next day on which a national ground of the class begins or ends.
fn changes_on(class: DataClass, case: &Case<'_>) -> Option<Date> {
    let of_class = grounds::all().filter(|ground| ground.class == class);
    of_class
        .filter_map(|ground| ground.in_force.next_change(case.day))
        .min()
}

/// What holds where the entry states nothing for the class.
fn stand_in(
    case: &Case<'_>,
    asked: &Combination<'_>,
    basis: Option<&LegalBasis>,
    class: DataClass,
    codes: &Codes,
) -> Outcome {
    if let Some(evidence) = case.lists().none(codes.list) {
        return Finding::new(codes.absent).evidence(evidence).into();
    }
    let stated_elsewhere = case
        .lists()
        .legal_bases()
        .entries
        .iter()
        .any(|other| other.stated.declares() && states(other, class));
    if stated_elsewhere {
        return codes.scope_exceeded.into();
    }
    with_setting(case, asked, basis, |setting| {
        let fitting = grounds::fitting(class, setting, |code| within(case, asked, code));
        case.best(fitting.map(|ground| by_law(case, ground, codes.not_recorded)))
    })
    .unwrap_or_else(|| codes.missing.into())
    .until(changes_on(class, case))
}

/// What national grounds are matched with.
fn with_setting<T>(
    case: &Case<'_>,
    asked: &Combination<'_>,
    basis: Option<&LegalBasis>,
    then: impl FnOnce(Setting<'_>) -> T,
) -> T {
    let purposes = case.purposes_meant();
    then(Setting {
        controller: &case.record.register.controller,
        point: basis.and_then(|basis| basis.article_6),
        purposes: &purposes,
        day: case.day,
        operation: asked.operation,
    })
}

/// Whether the data asked is within a code.
fn within(case: &Case<'_>, asked: &Combination<'_>, code: Code) -> bool {
    asked
        .data
        .is_some_and(|data| case.record.data.is_within(data, &Term::Code(code)))
}

/// A national ground with its conditions.
fn by_law(case: &Case<'_>, ground: &NationalGround, not_recorded: FindingCode) -> Outcome {
    let recorded = Finding::new(not_recorded).detail(ground.source.citation);
    let conditions = Outcome::all(
        ground
            .conditions
            .iter()
            .map(|condition| case.law_condition(*condition)),
    );
    let attested = ground
        .attest
        .map(|code| case.attest(Finding::new(code)))
        .unwrap_or_default();
    Outcome::from(recorded)
        .and(conditions)
        .and(attested)
        .and(case.law(ground.source))
}
