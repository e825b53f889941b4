//! Takes a question apart, puts it to the activities, and puts the answers together.

use jiff::civil::Date;

use super::{
    Decision, answer, automated,
    case::{Case, Combination, Counterparty},
    counterparty, data_use, ground, in_force, meant,
    outcome::Outcome,
    place, prohibition, purpose,
    resolve::{Resolved, nearest, purpose_ref},
    retention, rights, role,
};
use crate::domain::{
    activity::Activity,
    finding::{Finding, FindingCode, Verdict},
    operation::Operation,
    question::{Form, Question},
    register::Record,
    retention::EndAction,
    term::{Classes, Term, UnknownTerm},
    vocabulary::{self, Facet},
};

/// Answers a question from a record.
pub fn question(record: &Record, question: &Question) -> Decision {
    let day = question
        .time
        .to_zoned_datetime(record.register.controller.time_zone.clone())
        .date();
    let asked = Resolved::new(record, question);
    match &question.activity {
        Some(id) => match activity(record, id) {
            Ok(activity) => {
                let outcome = put(record, activity, question, &asked, day);
                answer::answer(record, question, Some(activity), outcome, Vec::new())
            }
            Err(finding) => answer::answer(record, question, None, asked.unknown.with(*finding), Vec::new()),
        },
        None => by_purpose(record, question, &asked, day),
    }
}

fn activity<'a>(record: &'a Record, id: &str) -> Result<&'a Activity, Box<Finding>> {
    let found = record
        .activities
        .iter()
        .find(|(own, _)| own.as_str() == id)
        .map(|(_, activity)| activity);
    found.ok_or_else(|| {
        let near = nearest(id, record.activities.keys().map(|own| own.as_str()));
        let detail = near
            .map(|near| format!("`{id}`; nearest: `{near}`"))
            .unwrap_or_else(|| format!("`{id}`"));
        Box::new(
            Finding::new(FindingCode::ActivityNotRegistered)
                .detail(detail)
                .asks("activity"),
        )
    })
}

/// A question by purpose alone is put to every activity in force that declares the purpose: all have to agree.
fn by_purpose(record: &Record, question: &Question, asked: &Resolved, day: Date) -> Decision {
    let text = question.purpose.as_deref().unwrap_or_default();
    let declares = |activity: &&Activity| {
        purpose_ref(activity, text).is_ok_and(|asked| purpose::is_declared_by(activity, &asked))
    };
    let all: Vec<&Activity> = record.activities.values().filter(declares).collect();
    let outcomes: Vec<(&Activity, Outcome)> = all
        .into_iter()
        .map(|activity| (activity, put(record, activity, question, asked, day)))
        .collect();
    let changes_on = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.changes_on)
        .min();
    let is_active = |outcome: &Outcome| {
        !outcome
            .findings
            .iter()
            .any(|finding| finding.code == FindingCode::ActivityNotActive)
    };
    let candidates: Vec<(&Activity, Outcome)> = outcomes
        .into_iter()
        .filter(|(_, outcome)| is_active(outcome))
        .collect();

    if candidates.is_empty() {
        let unknown = text.contains(':') && vocabulary::lookup(Facet::Purpose, text).is_none();
        let finding = if unknown {
            let detail = UnknownTerm::new(Facet::Purpose, text).to_string();
            Finding::new(FindingCode::TermUnknown).detail(detail)
        } else {
            Finding::new(FindingCode::ActivityNotRegistered)
                .detail("no activity in force declares the purpose")
        };
        let denied = record.register.defaults.purposes.iter().any(|purpose| {
            let is_asked = |code: vocabulary::Code| purpose.codes.iter().any(|denied| code.overlaps(*denied));
            purpose.stated.denies() && vocabulary::lookup(Facet::Purpose, text).is_some_and(is_asked)
        });
        let mut outcome = Outcome::from(finding.asks("purpose")).until(changes_on);
        if denied {
            outcome = outcome.with(Finding::new(FindingCode::PurposeAbsent).asks("purpose"));
        }
        return answer::answer(record, question, None, outcome, Vec::new());
    }
    let verdicts: Vec<(&Activity, Verdict)> = candidates
        .iter()
        .map(|(activity, outcome)| (*activity, outcome.verdict()))
        .collect();
    let prohibits = |outcome: &Outcome| {
        outcome.findings.iter().any(|finding| {
            matches!(
                finding.code,
                FindingCode::ProhibitedByActivity | FindingCode::ProhibitedByRegister
            )
        })
    };
    let agrees = |verdict: Verdict| match verdict {
        Verdict::Permitted | Verdict::Conditional => Verdict::Permitted,
        verdict => verdict,
    };
    let agreed = verdicts.windows(2).all(|pair| match pair {
        [(_, one), (_, other)] => agrees(*one) == agrees(*other),
        _ => true,
    });
    let prohibited = candidates.iter().find(|(_, outcome)| prohibits(outcome)).cloned();
    let worst = candidates
        .into_iter()
        .max_by_key(|(_, outcome)| outcome.verdict());
    let listed = if verdicts.len() > 1 {
        verdicts.clone()
    } else {
        Vec::new()
    };
    match (prohibited, worst) {
        (Some((activity, outcome)), _) => answer::answer(record, question, Some(activity), outcome, listed),
        (None, Some((activity, outcome))) if agreed => answer::answer(
            record,
            question,
            Some(activity),
            outcome.until(changes_on),
            listed,
        ),
        _ => {
            let names: Vec<String> = verdicts
                .iter()
                .map(|(activity, verdict)| format!("{} {verdict:?}", activity.name.id()))
                .collect();
            let finding = Finding::new(FindingCode::ActivityAmbiguous)
                .detail(names.join(", "))
                .asks("activity");
            answer::answer(
                record,
                question,
                None,
                Outcome::from(finding).until(changes_on),
                listed,
            )
        }
    }
}

/// Puts the question to one activity.
fn put(record: &Record, activity: &Activity, question: &Question, asked: &Resolved, day: Date) -> Outcome {
    let case = Case {
        record,
        activity,
        question,
        day,
        purpose: None,
        person: asked.person.clone(),
        counterparty: asked.counterparty.clone(),
        source: asked.source.clone(),
    };
    let outcome = match question
        .purpose
        .as_deref()
        .map(|text| purpose_ref(activity, text))
    {
        None => meant::without_purpose(&case, &asked.data),
        Some(Ok(purpose)) => meant::with_purpose(&case, &purpose, &asked.data),
        // With a purpose that is unknown there is no use in asking which one was meant.
        Some(Err(message)) => meant::for_person(&case, &asked.data).with(
            Finding::new(FindingCode::TermUnknown)
                .detail(message)
                .asks("purpose"),
        ),
    };
    asked.unknown.clone().and(outcome)
}

/// Every combination of an operation with a data category; each finding says which it concerns.
pub fn combinations(case: &Case<'_>, data: &[Term]) -> Outcome {
    let data: Vec<Option<&Term>> = if data.is_empty() {
        vec![None]
    } else {
        data.iter().map(Some).collect()
    };
    let each = case.question.operations.iter().flat_map(|as_asked| {
        let operation = match (as_asked, &case.counterparty) {
            // Handing data to a processor is use.
            (Operation::Disclose, Counterparty::Processor(_)) => Operation::Use,
            (operation, _) => *operation,
        };
        data.iter().map(move |data| {
            let classes = classes(case, *data);
            let combination = Combination {
                operation,
                as_asked: *as_asked,
                data: *data,
                classes,
            };
            let mut outcome = conjuncts(case, &combination);
            for finding in &mut outcome.findings {
                finding.operations = vec![*as_asked];
                finding.data = data.iter().map(ToString::to_string).collect();
            }
            outcome
        })
    });
    Outcome::all(each)
}

/// What the law makes of the data, raised by a use of the activity where it says so.
fn classes(case: &Case<'_>, data: Option<&Term>) -> Classes {
    let Some(data) = data else {
        return Classes::default();
    };
    let raised = case.activity.data_uses.iter().filter(|data_use| {
        data_use.stated.declares()
            && data_use
                .data
                .iter()
                .any(|declared| case.record.data.shares(declared, data))
    });
    raised.fold(case.record.data.classes(data), |classes, data_use| {
        classes.union(data_use.raised_to)
    })
}

/// The conjuncts, all of them.
fn conjuncts(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let anonymous = anonymous(case, asked);
    let is_anonymous = anonymous.as_ref().is_some_and(Outcome::is_permitted);
    let personal = |conjunct: fn(&Case<'_>, &Combination<'_>) -> Outcome| {
        if is_anonymous {
            Outcome::default()
        } else {
            conjunct(case, asked)
        }
    };
    let (in_force, purpose) = if case.is_duty(asked) {
        (Outcome::default(), Outcome::default())
    } else {
        (in_force::in_force(case), purpose::purpose(case))
    };
    case.raise(Outcome::all([
        in_force,
        purpose,
        data_use::data_use(case, asked),
        personal(role::role),
        personal(ground::ground),
        personal(rights::rights),
        personal(retention::retention),
        counterparty::counterparty(case, asked),
        personal(place::place),
        personal(automated::automated),
        prohibition::prohibition(case, asked),
        anonymous.unwrap_or_else(|| not_yet_anonymous(case, asked)),
    ]))
}

/// Said to be anonymous, data may be so by its record on a later day.
fn not_yet_anonymous(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let later = (case.facts().form == Form::Anonymised)
        .then(|| retention::ends_on(case, asked, EndAction::Anonymisation));
    Outcome::default().until(later.flatten())
}

/// ANONYMOUS_OUT_OF_SCOPE (Art. 4(1), recital 26): only after a recorded ANONYMISE, and without an identifier.
fn anonymous(case: &Case<'_>, asked: &Combination<'_>) -> Option<Outcome> {
    let by_operation = || {
        case.activity.operations.iter().any(|entry| {
            entry.stated.declares()
                && entry.operations.contains(&Operation::Anonymise)
                && case.counts(&entry.scope.purposes)
                && case.scope_covers_matter(&entry.scope, asked)
        })
    };
    let recorded = || by_operation() || retention::has_ended_in(case, asked, EndAction::Anonymisation);
    if case.facts().form != Form::Anonymised || !recorded() {
        return None;
    }
    Some(if case.identifies(asked) {
        Finding::new(FindingCode::AnonymisationInsufficient)
            .asks("form")
            .into()
    } else {
        FindingCode::AnonymousOutOfScope.into()
    })
}
