//! A rule of retention declares the data and persons that it names, for what is implied by keeping them; after the end
//! of a relation that includes the former member, customer or employee.

use super::{
    super::{
        case::{Case, Combination},
        retention,
    },
    category,
};
use crate::domain::{operation::Operation, retention::RetentionRule, term::Term};

/// Whether a rule of the activity itself names the data and the person and so keeps them; after the end of a relation the
/// former person's too.
pub fn by_rule(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    own_rules(case, asked).any(|rule| names(case, asked, rule))
}

/// Whether such a rule names the purpose asked as well.
pub fn for_purpose(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    own_rules(case, asked).any(|rule| !rule.scope.purposes.is_empty() && names(case, asked, rule))
}

fn names(case: &Case<'_>, asked: &Combination<'_>, rule: &RetentionRule) -> bool {
    let persons = &rule.scope.subjects;
    let covers = |case: &Case<'_>| case.covers_person(persons);
    names_data(case, asked, rule)
        && !persons.is_empty()
        && (covers(case) || case.while_current().is_some_and(|current| covers(&current)))
}

/// Whether a rule of the activity or the register keeps what the activity uses of members, customers and employees, of somebody
/// who was one.
pub fn of_former(case: &Case<'_>, asked: &Combination<'_>) -> bool {
    let Some(current) = case.while_current() else {
        return false;
    };
    let used = || {
        asked
            .data
            .is_some_and(|data| category::by_use(&current, asked, data).is_permitted())
    };
    let lists = case.lists().retention();
    let all = lists.into_iter().flat_map(|list| list.entries);
    on(case, asked, all).any(|rule| {
        let declared: Vec<Term> = if rule.scope.subjects.is_empty() {
            let subjects = case.activity.subjects.iter();
            let declared = subjects.filter(|entry| entry.stated.declares());
            declared.map(|entry| entry.subject.clone()).collect()
        } else {
            rule.scope.subjects.clone()
        };
        let named = names_data(case, asked, rule) || !rule.scope.names_data();
        current.covers_person(&declared) && named && used()
    })
}

/// The rules of the activity itself that are on: the register's declare nothing for a single activity.
fn own_rules<'a>(case: &'a Case<'_>, asked: &Combination<'_>) -> impl Iterator<Item = &'a RetentionRule> {
    on(case, asked, case.activity.retention.iter())
}

/// Those rules that are on, for what is implied by keeping.
fn on<'a>(
    case: &'a Case<'_>,
    asked: &Combination<'_>,
    rules: impl Iterator<Item = &'a RetentionRule>,
) -> impl Iterator<Item = &'a RetentionRule> {
    let keeps = case.is_implied(asked) && !matches!(asked.operation, Operation::Collect | Operation::Record);
    let rules = rules.filter(move |_| keeps);
    rules.filter(|rule| case.counts(&rule.scope.purposes) && retention::is_on(case, rule))
}

fn names_data(case: &Case<'_>, asked: &Combination<'_>, rule: &RetentionRule) -> bool {
    let mut named = rule.scope.data.iter();
    named.any(|declared| case.covers_data(declared, asked))
}
