//! How the scope of a statement meets a combination: covering for grants, overlapping for what restricts.

use super::case::{Case, Combination};
use crate::domain::{
    statement::{PurposeRef, Scope},
    term::Term,
};

/// How the data of a grant's scope meets the data asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFit {
    /// The scope names data or a class that covers it.
    Named,
    /// The scope names no data at all: it covers ordinary data only.
    Unscoped,
    /// The scope names other data.
    Missed,
}

impl Case<'_> {
    /// Whether a statement that names these purposes counts for the question: where it names some, one of them has
    /// to be the purpose asked.
    pub fn counts(&self, purposes: &[PurposeRef]) -> bool {
        purposes.is_empty() || purposes.iter().any(|purpose| self.is_asked(purpose))
    }

    /// Whether the purpose asked is this one, by id or code.
    fn is_asked(&self, purpose: &PurposeRef) -> bool {
        let Some(asked) = &self.purpose else { return false };
        asked == purpose
            || self.asked_purposes().any(|(_, declared)| match purpose {
                PurposeRef::Id(id) => declared.id == *id,
                PurposeRef::Code(code) => declared.codes.contains(code),
            })
    }

    /// How the data of the scope meets the data asked.
    pub fn data_fit(&self, scope: &Scope, asked: &Combination<'_>) -> DataFit {
        if !scope.names_data() {
            return DataFit::Unscoped;
        }
        let by_class = scope.data_classes.iter().any(|class| asked.classes.is(*class))
            && asked.classes.is_ordinary() | self.classes_named(scope, asked);
        let by_term = asked.data.is_some_and(|data| {
            scope
                .data
                .iter()
                .any(|declared| self.record.data.covers(declared, data))
        });
        if by_class || by_term {
            DataFit::Named
        } else {
            DataFit::Missed
        }
    }

    /// Whether the scope names every protected class that the data is in.
    fn classes_named(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let named = scope
            .data_classes
            .iter()
            .fold(crate::domain::term::Classes::default(), |all, class| {
                all.union((*class).into())
            });
        named.contains(asked.classes)
    }

    /// Whether the scope's operations, subjects and recipients cover what is asked.
    pub fn scope_covers_rest(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let operations = &scope.operations;
        let recipients = &scope.recipients;
        (operations.is_empty() || operations.iter().any(|word| word.covers(asked.operation)))
            && (scope.subjects.is_empty() || self.covers_person(&scope.subjects))
            && (recipients.is_empty()
                || self
                    .counterparty
                    .party()
                    .is_some_and(|party| recipients.iter().any(|declared| party.is_covered_by(declared))))
    }

    /// Whether the declared categories cover the person: one declared role is enough, but a role that is marked exact
    /// (a child, a vulnerable person) has to be covered itself.
    pub fn covers_person(&self, declared: &[Term]) -> bool {
        let terms = &self.record.subjects;
        let covered = |role: &Term| declared.iter().any(|category| terms.covers(category, role));
        self.person.iter().any(covered)
            && self
                .person
                .iter()
                .filter(|role| terms.is_exact(role))
                .all(covered)
    }

    /// Whether a scope that restricts has anything in common with what is asked. Purposes are left to the caller.
    pub fn overlaps(&self, scope: &Scope, asked: &Combination<'_>) -> bool {
        let (data, subjects) = (&self.record.data, &self.record.subjects);
        let operations = &scope.operations;
        let recipients = &scope.recipients;
        (operations.is_empty()
            || operations
                .iter()
                .any(|word| word.covers(asked.operation) || asked.operation.covers(*word)))
            && (!scope.names_data()
                || scope.data_classes.iter().any(|class| asked.classes.is(*class))
                || asked
                    .data
                    .is_none_or(|term| scope.data.iter().any(|forbidden| data.overlaps(forbidden, term))))
            && (scope.subjects.is_empty()
                || self.person.is_empty()
                || self.person.iter().any(|role| {
                    scope
                        .subjects
                        .iter()
                        .any(|forbidden| subjects.overlaps(forbidden, role))
                }))
            && (recipients.is_empty()
                || self
                    .counterparty
                    .party()
                    .is_some_and(|party| recipients.iter().any(|forbidden| party.overlaps(forbidden))))
    }
}
