//! The organisation behind a record: how to reach it, what its record was taken from and claims to be, and with whom it
//! processes (Arts 26-28, 30(1)(a), 30(2)(a), 35, 37).

use jiff::civil::Date;

use super::{
    name::Id,
    party::Contract,
    statement::{LawReference, Provenance, StatementKind},
};

/// A way to reach a function of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The function.
    pub function: String,
    /// Postal address.
    pub address: String,
    /// Telephone number.
    pub phone: String,
    /// Mailbox of the function.
    pub email: String,
    /// Website.
    pub web: String,
    /// Who has the function, by id.
    pub person: Option<Id>,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A person who is named as a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactPerson {
    /// The person's name.
    pub full_name: String,
    /// Postal address.
    pub address: String,
    /// Telephone number.
    pub phone: String,
    /// Mailbox.
    pub email: String,
    /// Whether what was said was erased.
    pub is_erased: bool,
}

/// A document that a record was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its id; provenances name it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Its date.
    pub date: Option<Date>,
    /// Its language, as BCP 47 writes it.
    pub language: String,
}

/// What a record claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The record of Art. 30(1).
    Record301,
    /// The record of Art. 30(2).
    Record302,
    /// Information under Art. 13.
    Notice13,
    /// Information under Art. 14.
    Notice14,
}

/// A right and how it is exercised.
#[derive(Clone, Debug)]
pub struct Right {
    /// Which.
    pub kind: RightKind,
    /// How it is exercised.
    pub text: String,
    /// Whether the record says that it has it or that it does not apply.
    pub stated: StatementKind,
    /// Laws that limit it.
    pub laws: Vec<LawReference>,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A right of the data subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RightKind {
    /// Arts 13, 14.
    Information,
    /// Art. 15.
    Access,
    /// Art. 16.
    Rectification,
    /// Art. 17.
    Erasure,
    /// Art. 18.
    Restriction,
    /// Art. 20.
    Portability,
    /// Art. 21.
    Objection,
    /// Art. 7(3).
    Withdrawal,
    /// Art. 77.
    Complaint,
    /// Art. 22.
    HumanReview,
}

/// What the organisation is in an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It determines purposes and means.
    #[default]
    Controller,
    /// Together with others (Art. 26).
    JointController,
    /// On behalf of others (Art. 28).
    Processor,
}

/// With whom purposes and means are determined.
#[derive(Clone, Debug)]
pub struct JointController {
    /// Legal name.
    pub legal_name: String,
    /// How to reach it.
    pub contact: Option<Contact>,
    /// The arrangement of Art. 26(1); empty: not stated.
    pub arrangement: String,
    /// Who does what.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// On whose behalf the organisation processes.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Legal name.
    pub legal_name: String,
    /// How to reach it.
    pub contact: Option<Contact>,
    /// Its representative.
    pub representative: Option<Contact>,
    /// Its data protection officer.
    pub data_protection_officer: Option<Contact>,
    /// The contract with it.
    pub contract: Contract,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A data protection impact assessment.
#[derive(Clone, Debug)]
pub struct ImpactAssessment {
    /// What the record says of it.
    pub state: AssessmentState,
    /// Reference.
    pub reference: String,
    /// Day by which it is reviewed.
    pub review_by: Option<Date>,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// What a record says of an impact assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssessmentState {
    /// Nothing.
    NotStated,
    /// Made.
    Made,
    /// Required, and not made.
    Missing,
    /// Looked into, and not required.
    NotRequired,
}
