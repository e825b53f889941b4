//! What the statements of a record have in common.

use jiff::civil::Date;

use super::{
    name::Id,
    operation::Operation,
    term::{DataClass, Term},
    vocabulary::Code,
};

/// What a statement does. Only a declaration permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementKind {
    /// It says that something is done.
    #[default]
    Declares,
    /// It explains. It permits nothing.
    Illustrates,
    /// It says that something is not done.
    Denies,
}

/// An entry of a list of a record.
pub trait Entry {
    /// Its id, where it has one of its own.
    fn id(&self) -> Option<&Id> {
        None
    }
}

impl Entry for Extent {}
impl Entry for Measure {}

/// Where a statement was taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Id of the document; empty where only the enclosing statement names one.
    pub document: String,
    /// Section in the document's own numbering.
    pub section: String,
    /// How it was read.
    pub note: String,
}

/// A technical or organisational measure (Arts 30(1)(g), 32).
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its codes.
    pub codes: Vec<Code>,
    /// In own words.
    pub text: String,
    /// What it protects.
    pub scope: Scope,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// What every statement carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// What the statement does.
    pub kind: StatementKind,
    /// When it holds.
    pub effective: Effective,
    /// Where it is stated.
    pub provenance: Provenance,
}

impl Stated {
    /// Whether it can permit.
    pub fn declares(&self) -> bool {
        self.kind == StatementKind::Declares
    }

    /// Whether it says that something is not done.
    pub fn denies(&self) -> bool {
        self.kind == StatementKind::Denies
    }
}

/// From a first day to the day before another; open ends where unset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// First day.
    pub from: Option<Date>,
    /// First day on which it no longer holds.
    pub until: Option<Date>,
}

impl Effective {
    /// Whether it holds on the day.
    pub fn contains(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    /// The next day after `day` on which that changes.
    pub fn next_change(self, day: Date) -> Option<Date> {
        [self.from, self.until]
            .into_iter()
            .flatten()
            .filter(|change| *change > day)
            .min()
    }
}

/// A provision of law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawReference {
    /// The act as it is cited.
    pub act: String,
    /// The provision.
    pub provision: String,
}

/// What a statement is limited to. Empty lists do not limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Operations, as words that cover (see [`Operation::covers`]).
    pub operations: Vec<Operation>,
    /// Data categories.
    pub data: Vec<Term>,
    /// Classes of data.
    pub data_classes: Vec<DataClass>,
    /// Data subject categories.
    pub subjects: Vec<Term>,
    /// Recipients and processors.
    pub recipients: Vec<PartyRef>,
    /// Purposes.
    pub purposes: Vec<PurposeRef>,
}

impl Scope {
    /// Whether it names data, by category or class.
    pub fn names_data(&self) -> bool {
        !(self.data.is_empty() && self.data_classes.is_empty())
    }
}

/// A recipient, processor or source as a statement or question names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartyRef {
    /// One of the register's recipients or processors.
    Named(Id),
    /// Any of a kind.
    Kind(Code),
}

/// A purpose as a statement or question names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PurposeRef {
    /// The id of a purpose of the activity.
    Id(Id),
    /// A code of the vocabulary.
    Code(Code),
}

/// A list of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Purposes.
    Purposes,
    /// Categories of data subjects.
    Subjects,
    /// Categories of personal data.
    Data,
    /// Operations that have to be declared.
    Operations,
    /// Sources of the data.
    Sources,
    /// Grounds under Art. 6.
    LegalBases,
    /// Exceptions under Art. 9(2).
    Article9,
    /// Grounds under Art. 10.
    Article10,
    /// Grounds for the national number.
    Article87,
    /// Recipients.
    Recipients,
    /// Processors.
    Processors,
    /// Transfers.
    Transfers,
    /// Automated decisions.
    AutomatedDecisions,
}

/// What is said of a whole list beside its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Explicitly none.
    None,
    /// The entries are examples.
    Examples,
}

/// What the record says of a whole list.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Which list.
    pub list: List,
    /// What is said.
    pub says: Says,
    /// Where it is said.
    pub provenance: Provenance,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_the_one_before_until() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let effective = Effective {
            from: Some(day("2024-02-15")),
            until: Some(day("2026-01-01")),
        };
        assert!(!effective.contains(day("2024-02-14")));
        assert!(effective.contains(day("2024-02-15")));
        assert!(effective.contains(day("2025-12-31")));
        assert!(!effective.contains(day("2026-01-01")));
        assert_eq!(effective.next_change(day("2024-03-01")), Some(day("2026-01-01")));
        assert_eq!(effective.next_change(day("2026-01-01")), None);
    }
}
