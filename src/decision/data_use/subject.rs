//! Whose data (Arts 5(1)(c), 30(1)(c)).

use super::{
    super::{
        case::{Case, Combination},
        outcome::Outcome,
    },
    kept,
};
use crate::domain::{
    activity::SubjectUse,
    finding::{Finding, FindingCode},
    statement::List,
    term::Term,
};

/// SUBJECT_CATEGORY_*: one declared role of the person covers; one that is marked exact has to be covered itself.
pub fn subject(case: &Case<'_>, asked: &Combination<'_>) -> Outcome {
    let entries = &case.activity.subjects;
    let declared: Vec<&SubjectUse> = entries.iter().filter(|entry| entry.stated.declares()).collect();
    let changes_on = entries
        .iter()
        .filter_map(|entry| entry.stated.effective.next_change(case.day))
        .min();
    let denied = entries.iter().any(|entry| {
        let overlaps = |role: &Term| case.record.subjects.overlaps(role, &entry.subject);
        entry.stated.denies() && entry.stated.effective.contains(case.day) && case.person.iter().any(overlaps)
    });
    let covered = |in_force: fn(&SubjectUse, &Case<'_>) -> bool| {
        let terms: Vec<Term> = declared
            .iter()
            .filter(|entry| in_force(entry, case))
            .map(|entry| entry.subject.clone())
            .collect();
        case.covers_person(&terms)
    };
    let found = |code| Outcome::from(Finding::new(code).asks("subjects"));
    let outcome = if denied {
        found(FindingCode::SubjectCategoryAbsent)
    } else if covered(|entry, case| entry.stated.effective.contains(case.day))
        || kept::by_rule(case, asked)
        || kept::of_former(case, asked)
    {
        Outcome::default()
    } else if covered(|_, _| true) {
        found(FindingCode::SubjectCategoryNotValid)
    } else {
        let codes = [
            FindingCode::SubjectCategoryNotRecorded,
            FindingCode::SubjectCategoryAbsent,
            FindingCode::SubjectCategoryNotDeclared,
        ];
        case.uncovered(List::Subjects, declared.is_empty(), codes)
            .asks("subjects")
            .into()
    };
    outcome.until(changes_on)
}
