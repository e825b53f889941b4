//! What is done to registers between two questions.

use ropa::pb::{
    Answer, CheckRequest, LegalBasis, ProcessingActivity, RegisterDocument, Scope, StatementKind,
};

use super::tape::Tape;

/// Puts every list of a register into another order. Nothing is said by order.
pub fn shuffle(tape: &mut Tape<'_>, document: &mut RegisterDocument) {
    let register = document.register.as_mut().unwrap();
    tape.shuffle(&mut register.conditions);
    tape.shuffle(&mut register.prohibitions);
    if let Some(policy) = &mut register.policy {
        tape.shuffle(&mut policy.denying);
    }
    for category in &mut document.data_categories {
        tape.shuffle(&mut category.broader);
    }
    for transfer in &mut document.transfers {
        tape.shuffle(&mut transfer.countries);
        tape.shuffle(&mut transfer.importers);
    }
    for activity in &mut document.activities {
        tape.shuffle(&mut activity.purposes);
        tape.shuffle(&mut activity.subjects);
        tape.shuffle(&mut activity.data_uses);
        tape.shuffle(&mut activity.operations);
        tape.shuffle(&mut activity.legal_bases);
        tape.shuffle(&mut activity.disclosures);
        tape.shuffle(&mut activity.processors);
        tape.shuffle(&mut activity.transfers);
        tape.shuffle(&mut activity.retention);
        tape.shuffle(&mut activity.automated_decisions);
        tape.shuffle(&mut activity.prohibitions);
        tape.shuffle(&mut activity.opt_outs);
        tape.shuffle(&mut activity.extents);
        for data_use in &mut activity.data_uses {
            tape.shuffle(&mut data_use.data);
            tape.shuffle(&mut data_use.subjects);
            tape.shuffle(&mut data_use.sources);
            tape.shuffle(&mut data_use.purposes);
            tape.shuffle(&mut data_use.operations);
            tape.shuffle(&mut data_use.conditions);
        }
        for disclosure in &mut activity.disclosures {
            tape.shuffle(&mut disclosure.recipients);
            tape.shuffle(&mut disclosure.conditions);
            tape.shuffle(&mut disclosure.countries);
        }
        for scope in scopes(activity) {
            tape.shuffle(&mut scope.operations);
            tape.shuffle(&mut scope.data);
            tape.shuffle(&mut scope.data_classes);
            tape.shuffle(&mut scope.subjects);
            tape.shuffle(&mut scope.recipients);
            tape.shuffle(&mut scope.purposes);
        }
    }
    tape.shuffle(&mut document.activities);
    tape.shuffle(&mut document.data_categories);
    tape.shuffle(&mut document.processors);
    tape.shuffle(&mut document.recipients);
}

fn scopes(activity: &mut ProcessingActivity) -> impl Iterator<Item = &mut Scope> {
    let bases = activity.legal_bases.iter_mut().map(|one| &mut one.scope);
    let disclosures = activity.disclosures.iter_mut().map(|one| &mut one.scope);
    let processors = activity.processors.iter_mut().map(|one| &mut one.scope);
    let operations = activity.operations.iter_mut().map(|one| &mut one.scope);
    let retention = activity.retention.iter_mut().map(|one| &mut one.scope);
    let decisions = activity.automated_decisions.iter_mut().map(|one| &mut one.scope);
    bases
        .chain(disclosures)
        .chain(processors)
        .chain(operations)
        .chain(retention)
        .chain(decisions)
        .flatten()
}

/// Takes one grant out of the activity asked; answers which, where there is one that only grants.
pub fn remove_grant(
    tape: &mut Tape<'_>,
    document: &mut RegisterDocument,
    asked: &CheckRequest,
) -> Option<String> {
    let controller = document.register.as_ref()?.controller.as_ref()?;
    let national_law = ["FI", "SE"].contains(&controller.country.as_str());
    let name = format!("{}/activities/{}", super::register::REGISTER, asked.activity);
    let activity = document
        .activities
        .iter_mut()
        .find(|activity| activity.name == name)?;
    match tape.below(9) {
        0 => remove(tape, "data use", &mut activity.data_uses, |one| {
            // One that raises the class of its data takes as much as it gives.
            declares(one.kind) && one.raised_to == 0
        }),
        1 => remove(tape, "legal basis", &mut activity.legal_bases, |one| {
            // Law data stands in where no entry states an exception for the class of data.
            declares(one.kind) && !(national_law && states_exception(one))
        }),
        2 if is_inquiry(asked) => None,
        2 => remove(tape, "disclosure", &mut activity.disclosures, |one| {
            declares(one.kind)
        }),
        3 => remove(tape, "processor use", &mut activity.processors, |one| {
            declares(one.kind)
        }),
        4 => remove(tape, "operation", &mut activity.operations, |one| {
            declares(one.kind)
        }),
        5 => remove(
            tape,
            "automated decision",
            &mut activity.automated_decisions,
            |one| declares(one.kind),
        ),
        6 => remove(tape, "transfer", &mut activity.transfers, |_| true),
        7 => remove(tape, "subject", &mut activity.subjects, |one| declares(one.kind)),
        _ => remove_purpose(tape, activity),
    }
}

fn remove<T>(
    tape: &mut Tape<'_>,
    what: &str,
    list: &mut Vec<T>,
    is_grant: impl Fn(&T) -> bool,
) -> Option<String> {
    let grants: Vec<usize> = (0..list.len()).filter(|index| is_grant(&list[*index])).collect();
    if grants.is_empty() {
        return None;
    }
    let index = tape.one(&grants);
    list.remove(index);
    Some(format!("{what} {index}"))
}

fn declares(kind: i32) -> bool {
    kind == StatementKind::Unspecified as i32 || kind == StatementKind::Declares as i32
}

const fn states_exception(basis: &LegalBasis) -> bool {
    !(basis.article_9.is_empty() && basis.article_10.is_empty() && basis.article_87.is_empty())
}

/// An authority in a particular inquiry is no recipient where no disclosure covers it: without
/// the disclosure, and its conditions, there is only the inquiry.
fn is_inquiry(asked: &CheckRequest) -> bool {
    let authorities = ["tax", "ropa:TaxAuthority", "dpv:Authority"];
    authorities.contains(&asked.recipient.as_str()) && asked.requested() != Answer::No
}

/// A purpose that no statement names and that shares no code with another one: where it does, removing it also removes
/// what restricts the others.
fn remove_purpose(tape: &mut Tape<'_>, activity: &mut ProcessingActivity) -> Option<String> {
    let all = activity.purposes.clone();
    let mut named: Vec<String> = scopes(activity)
        .flat_map(|scope| scope.purposes.clone())
        .collect();
    named.extend(activity.data_uses.iter().flat_map(|one| one.purposes.clone()));
    let restricting = [
        activity.opt_outs.iter().map(|one| &one.scope).collect::<Vec<_>>(),
        activity.prohibitions.iter().map(|one| &one.scope).collect(),
    ];
    for scope in restricting.into_iter().flatten().flatten() {
        named.extend(scope.purposes.clone());
    }
    remove(tape, "purpose", &mut activity.purposes, |one| {
        let shares = |other: &ropa::pb::Purpose| {
            other.includes_narrower
                || one
                    .codes
                    .iter()
                    .any(|code| other.codes.contains(code) || other.compatible.contains(code))
        };
        let others = all.iter().filter(|other| other.id != one.id);
        declares(one.kind)
            && !named
                .iter()
                .any(|name| *name == one.id || one.codes.contains(name))
            && !others.into_iter().any(shares)
    })
}
