//! A rule of retention declares the data and persons that it names, for what is implied by keeping them; after the end
//! of a relation that includes the former member, customer or employee.

use super::{
    super::{
        case::{Case, Combination, FORMER},
        retention,
    },
    category,
};
use crate::domain::{operation::Operation, retention::RetentionRule, term::Term};

/// Whether a rule of the activity itself keeps the data of this person.
pub fn by_rule(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    case.is_implied(asked)
        && !matches!(asked.operation, Operation::Collect | Operation::Record)
        && case
            .activity
            .retention
            .iter()
            .any(|rule| keeps(case, asked, rule))
}

fn keeps(case: &Case<'_>, asked: &Combination<'_>, rule: &RetentionRule) -> bool {
    if !case.counts(&rule.scope.purposes) || !retention::is_on(case, rule) {
        return false;
    }
    let named = rule
        .scope
        .data
        .iter()
        .any(|declared| case.covers_data(declared, asked));
    let persons = &rule.scope.subjects;
    if named && !persons.is_empty() && case.covers_person(persons) {
        return true;
    }
    // Of the former member it keeps what the activity uses of members.
    let current = while_current(case);
    let declared: Vec<Term> = if persons.is_empty() {
        let subjects = case
            .activity
            .subjects
            .iter()
            .filter(|entry| entry.stated.declares());
        subjects.map(|entry| entry.subject.clone()).collect()
    } else {
        persons.clone()
    };
    current.is_some_and(|current| {
        let used = || {
            asked
                .data
                .is_some_and(|data| category::by_use(&current, asked, data).is_permitted())
        };
        current.covers_person(&declared) && (named || !rule.scope.names_data() && used())
    })
}

/// The case as it was while the relation lasted; `None` where the person has no former role.
fn while_current<'a>(case: &Case<'a>) -> Option<Case<'a>> {
    let mut current = case.clone();
    let mut changed = false;
    for role in &mut current.person {
        let former = FORMER.iter().find(|(former, _)| role.is(former));
        if let Some(term) = former
            .and_then(|(_, current)| Term::parse(crate::domain::vocabulary::Facet::Subject, current).ok())
        {
            *role = term;
            changed = true;
        }
    }
    changed.then_some(current)
}
