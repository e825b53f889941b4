//! What a question leaves unsaid is tried: where the record treats every purpose or person alike, that is the answer;
//! where it does not, the answer asks.

use super::{
    case::{AskedPurpose, Case},
    evaluate::combinations,
    outcome::Outcome,
    purpose,
};
use crate::domain::{
    activity::Purpose,
    finding::{Finding, FindingCode},
    statement::{PurposeRef, Stated},
    term::Term,
};

/// More evaluations than this are not tried to find out what was meant.
const MOST_EVALUATIONS: usize = 2_000;

/// A purpose that is said may be several of the activity's, where they share a code: all of them have to agree, because
/// what one of them is permitted does not complete another.
pub fn with_purpose(case: &Case<'_>, asked: &PurposeRef, data: &[Term]) -> Outcome {
    let code = match asked {
        PurposeRef::Id(_) => None,
        PurposeRef::Code(code) => Some(*code),
    };
    let of = |own| Case {
        purpose: Some(AskedPurpose { own, code }),
        ..case.clone()
    };
    // Asked by its id, a purpose that the activity denies is that one.
    let denied = |own: &Purpose| matches!(asked, PurposeRef::Id(id) if own.stated.denies() && own.id == *id);
    let own = case
        .activity
        .purposes
        .iter()
        .filter(|own| purpose::declares(own, asked) || denied(own));
    let outcomes: Vec<(&Purpose, Outcome)> = own.map(|own| (own, for_person(&of(Some(own)), data))).collect();
    let changes_on = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.changes_on)
        .min();
    match outcomes.as_slice() {
        [] => for_person(&of(None), data),
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other.verdict() == first.verdict()) => {
            first.clone().until(changes_on)
        }
        differing => {
            let each: Vec<String> = differing
                .iter()
                .map(|(own, outcome)| verdict_of(own.id.as_str(), outcome))
                .collect();
            not_said(FindingCode::PurposeNotSaid, "purpose", each.join(", ")).until(changes_on)
        }
    }
}

/// PURPOSE_NOT_SAID: a statement that names a purpose would change the verdict.
pub fn without_purpose(case: &Case<'_>, data: &[Term]) -> Outcome {
    // Erasing and restricting serve no purpose.
    if case
        .question
        .operations
        .iter()
        .all(|operation| operation.is_duty())
    {
        return for_person(case, data);
    }
    let declared: Vec<&Purpose> = case
        .activity
        .purposes
        .iter()
        .filter(|purpose| purpose.stated.declares())
        .collect();
    if evaluations(case, data) * declared.len() * persons(case).len().max(1) > MOST_EVALUATIONS {
        return not_said(
            FindingCode::PurposeNotSaid,
            "purpose",
            "too many to try".to_owned(),
        );
    }
    let unsaid = for_person(case, data);
    let mut differs = false;
    let mut each = Vec::new();
    let mut changes_on = unsaid.changes_on;
    for purpose in declared {
        let named = Case {
            purpose: Some(AskedPurpose {
                own: Some(purpose),
                code: None,
            }),
            ..case.clone()
        };
        let outcome = for_person(&named, data);
        changes_on = changes_on.into_iter().chain(outcome.changes_on).min();
        differs |= outcome.verdict() != unsaid.verdict();
        each.push(verdict_of(purpose.id.as_str(), &outcome));
    }
    if !differs {
        return unsaid.until(changes_on);
    }
    each.push(verdict_of("without one", &unsaid));
    not_said(FindingCode::PurposeNotSaid, "purpose", each.join(", ")).until(changes_on)
}

fn verdict_of(purpose: &str, outcome: &Outcome) -> String {
    format!("{purpose} {}", format!("{:?}", outcome.verdict()).to_uppercase())
}

/// SUBJECT_STATE_UNKNOWN: nobody said whose data it is, and the record does not treat everybody alike.
pub fn for_person(case: &Case<'_>, data: &[Term]) -> Outcome {
    if !case.question.subjects.is_empty() {
        return combinations(case, data);
    }
    let persons = persons(case);
    if evaluations(case, data) * persons.len() > MOST_EVALUATIONS {
        return not_said(
            FindingCode::SubjectStateUnknown,
            "subjects",
            "too many to try".to_owned(),
        );
    }
    let outcomes: Vec<(Vec<Term>, Outcome)> = persons
        .into_iter()
        .map(|person| {
            (
                person.clone(),
                combinations(
                    &Case {
                        person,
                        ..case.clone()
                    },
                    data,
                ),
            )
        })
        .collect();
    let Some((_, first)) = outcomes.first() else {
        return combinations(case, data);
    };
    let changes_on = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.changes_on)
        .min();
    if outcomes
        .iter()
        .all(|(_, outcome)| outcome.verdict() == first.verdict())
    {
        return first.clone().until(changes_on);
    }
    let each: Vec<String> = outcomes
        .iter()
        .map(|(person, outcome)| {
            let roles: Vec<String> = person.iter().map(ToString::to_string).collect();
            format!("{} {:?}", roles.join(" and "), outcome.verdict())
        })
        .collect();
    not_said(FindingCode::SubjectStateUnknown, "subjects", each.join(", ")).until(changes_on)
}

fn not_said(code: FindingCode, field: &str, detail: String) -> Outcome {
    Finding::new(code).detail(detail).asks(field).into()
}

fn evaluations(case: &Case<'_>, data: &[Term]) -> usize {
    case.question.operations.len() * data.len().max(1)
}

/// Whom the record may be speaking of: each declared category, alone and with each role that something restricts by.
fn persons(case: &Case<'_>) -> Vec<Vec<Term>> {
    let activity = case.activity;
    let mut roles: Vec<&Term> = Vec::new();
    for role in restricting(case) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let declared = activity
        .subjects
        .iter()
        .filter(|subject| subject.stated.declares());
    declared
        .flat_map(|subject| {
            let others = roles.iter().filter(|role| **role != &subject.subject);
            let with = others.map(|role| vec![subject.subject.clone(), (*role).clone()]);
            std::iter::once(vec![subject.subject.clone()])
                .chain(with)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The roles by which something restricts: prohibitions, opt-outs, periods, and statements that something is not done.
fn restricting<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Term> {
    let activity = case.activity;
    let register = &case.record.register;
    let prohibitions = activity.prohibitions.iter().chain(&register.prohibitions);
    let operations = activity.operations.iter().chain(&register.defaults.operations);
    let (bases, processors) = (case.lists().legal_bases(), case.lists().processors());
    let rules = activity.retention.iter().chain(&register.defaults.retention);
    let denied = |stated: &Stated| stated.denies();
    let scopes = prohibitions
        .map(|prohibition| &prohibition.scope)
        .chain(activity.opt_outs.iter().map(|opt_out| &opt_out.scope))
        .chain(rules.map(|rule| &rule.scope))
        .chain(
            operations
                .filter(move |entry| denied(&entry.stated))
                .map(|entry| &entry.scope),
        )
        .chain(
            bases
                .entries
                .iter()
                .filter(move |basis| denied(&basis.stated))
                .map(|basis| &basis.scope),
        )
        .chain(
            processors
                .entries
                .iter()
                .filter(move |entry| denied(&entry.stated))
                .map(|entry| &entry.scope),
        )
        .chain(
            activity
                .disclosures
                .iter()
                .filter(move |entry| denied(&entry.stated))
                .map(|entry| &entry.scope),
        )
        .chain(
            activity
                .automated_decisions
                .iter()
                .filter(move |decision| denied(&decision.stated))
                .map(|decision| &decision.scope),
        );
    let data_uses = activity
        .data_uses
        .iter()
        .filter(move |data_use| denied(&data_use.stated));
    let subjects = activity
        .subjects
        .iter()
        .filter(move |entry| denied(&entry.stated));
    scopes
        .flat_map(|scope| &scope.subjects)
        .chain(data_uses.flat_map(|data_use| &data_use.subjects))
        .chain(subjects.map(|entry| &entry.subject))
}
