//! Messages of the contract into domain types. A parser goes on after a mistake, so that all are named.

mod activity;
mod at;
mod legal_basis;
mod organisation;
mod party;
mod register;
mod retention;
mod statement;

pub use at::{At, parse_date as date};

use crate::{
    domain::{
        activity::Activity,
        name::{Id, Revision},
        organisation::ContactPerson,
        party::{Processor, Recipient, Transfer},
        register::Register,
        term::OwnTerm,
    },
    pb,
};

/// One resource as a message.
#[derive(Clone, Debug)]
pub enum Message {
    /// A register.
    Register(Box<pb::Register>),
    /// A processing activity.
    Activity(Box<pb::ProcessingActivity>),
    /// A data category of the register's own.
    DataCategory(pb::DataCategory),
    /// A data subject category of the register's own.
    DataSubjectCategory(pb::DataSubjectCategory),
    /// A processor.
    Processor(pb::Processor),
    /// A recipient.
    Recipient(pb::Recipient),
    /// A transfer.
    Transfer(pb::Transfer),
    /// A contact person.
    ContactPerson(pb::ContactPerson),
}

/// One resource, valid in itself; what it refers to is checked when a record is made of all of them.
#[derive(Clone, Debug)]
pub enum Resource {
    /// A register.
    Register(Box<Register>),
    /// A processing activity.
    Activity(Box<Activity>),
    /// A data category of the register's own.
    DataCategory(Id, OwnTerm),
    /// A data subject category of the register's own.
    DataSubjectCategory(Id, OwnTerm),
    /// A processor.
    Processor(Box<Processor>),
    /// A recipient.
    Recipient(Recipient),
    /// A transfer.
    Transfer(Box<Transfer>),
    /// A contact person.
    ContactPerson(Id, ContactPerson),
}

/// Parses one resource. Where something is wrong `at` holds every mistake, and what could be read is answered all the
/// same, so that what it refers to can be looked at too.
pub fn resource(at: &mut At<'_>, message: Message, revision: Revision) -> Option<Resource> {
    match message {
        Message::Register(message) => register::register(at, *message, revision)
            .map(Box::new)
            .map(Resource::Register),
        Message::Activity(message) => activity::activity(at, *message, revision)
            .map(Box::new)
            .map(Resource::Activity),
        Message::DataCategory(message) => {
            party::data_category(at, message).map(|(id, own)| Resource::DataCategory(id, own))
        }
        Message::DataSubjectCategory(message) => {
            party::subject_category(at, message).map(|(id, own)| Resource::DataSubjectCategory(id, own))
        }
        Message::Processor(message) => party::processor(at, message)
            .map(Box::new)
            .map(Resource::Processor),
        Message::Recipient(message) => party::recipient(at, message).map(Resource::Recipient),
        Message::Transfer(message) => party::transfer(at, message).map(Box::new).map(Resource::Transfer),
        Message::ContactPerson(message) => {
            organisation::contact_person(at, message).map(|(id, person)| Resource::ContactPerson(id, person))
        }
    }
}
