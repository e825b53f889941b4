//! A register and the record that it makes together with everything in it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    activity::{Access, Activity, LegalBasis, OperationUse, ProcessorUse, Prohibition, Purpose},
    finding::FindingCode,
    name::{Id, RegisterId, Revision},
    organisation::{Contact, ContactPerson, Document, Profile, Right},
    party::{Country, Processor, Recipient, Transfer},
    retention::RetentionRule,
    statement::{Extent, Measure, Provenance},
    term::Terms,
};

/// The record of one controller.
#[derive(Clone, Debug)]
pub struct Register {
    /// Its id.
    pub id: RegisterId,
    /// The revision in which it was last changed.
    pub revision: Revision,
    /// What it is called.
    pub title: String,
    /// Whose record it is.
    pub controller: Controller,
    /// The documents it was taken from; the first is the default.
    pub documents: Vec<Document>,
    /// What it claims to be.
    pub profiles: Vec<Profile>,
    /// What the organisation wants of gaps.
    pub policy: Policy,
    /// Facts that statements hang on.
    pub conditions: BTreeMap<Id, Condition>,
    /// What holds for activities that say nothing of their own.
    pub defaults: Defaults,
    /// What nobody may do in any activity.
    pub prohibitions: Vec<Prohibition>,
    /// How rights are exercised.
    pub rights: Vec<Right>,
}

/// Whose record it is.
#[derive(Clone, Debug)]
pub struct Controller {
    /// Legal name.
    pub legal_name: String,
    /// How to reach it.
    pub contacts: Vec<Contact>,
    /// Data protection officer.
    pub data_protection_officer: Option<Contact>,
    /// Representative in the Union.
    pub representative: Option<Contact>,
    /// Competent supervisory authority.
    pub supervisory_authority: Option<Contact>,
    /// Number in a public register of organisations.
    pub registration_number: String,
    /// Where it is stated.
    pub provenance: Provenance,
    /// Member State whose law applies.
    pub country: Country,
    /// In which days begin and end.
    pub time_zone: TimeZone,
    /// What it does.
    pub sector: Sector,
    /// Its public side.
    pub public_role: PublicRole,
}

/// A sector that national law refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sector {
    /// Not stated.
    NotStated,
    /// Unemployment fund.
    UnemploymentFund,
    /// Agency of social insurance.
    SocialInsurance,
    /// Pension or insurance undertaking.
    Insurance,
    /// Anything else.
    Other,
}

/// The public side of a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicRole {
    /// Not stated.
    NotStated,
    /// A public authority.
    Authority,
    /// A private body with a task laid down by law.
    PrivateWithPublicTask,
    /// A private body.
    Private,
}

/// What the organisation wants of gaps in the record.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What an Art. 6 ground that is not recorded does.
    pub legal_basis_not_recorded: Gap,
    /// Accountability findings that deny.
    pub denying: Vec<FindingCode>,
    /// Why.
    pub reason: String,
}

/// What a gap does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It denies.
    Deny,
    /// It warns.
    Warn,
}

/// A fact of the case that statements hang on.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The fact as a sentence.
    pub text: String,
    /// What kind of fact it is.
    pub kind: ConditionKind,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// What kind of fact a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// A plain fact.
    Fact,
    /// The counterparty is entitled by law.
    LegalRight,
    /// Explicit consent of the person.
    ExplicitConsent,
}

/// What holds for activities that make no statement of that kind of their own.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Purposes that are not pursued.
    pub purposes: Vec<Purpose>,
    /// Grounds.
    pub legal_bases: Vec<LegalBasis>,
    /// Processors.
    pub processors: Vec<ProcessorUse>,
    /// Retention.
    pub retention: Vec<RetentionRule>,
    /// How data is protected.
    pub measures: Vec<Measure>,
    /// Who may see the data.
    pub access: Option<Access>,
    /// What is said of whole lists.
    pub extents: Vec<Extent>,
    /// Operations that are not done.
    pub operations: Vec<OperationUse>,
}

/// A register with everything in it.
///
/// INVARIANT (whole record): every id that a statement names exists here, and own terms have no cycle.
#[derive(Clone, Debug)]
pub struct Record {
    /// The register.
    pub register: Register,
    /// Its activities, by id.
    pub activities: BTreeMap<Id, Activity>,
    /// Its processors, by id.
    pub processors: BTreeMap<Id, Processor>,
    /// Its recipients, by id.
    pub recipients: BTreeMap<Id, Recipient>,
    /// Its transfers, by id.
    pub transfers: BTreeMap<Id, Transfer>,
    /// Its contact persons, by id.
    pub contact_persons: BTreeMap<Id, ContactPerson>,
    /// Data categories: the vocabulary with its own.
    pub data: Terms,
    /// Data subject categories: the vocabulary with its own.
    pub subjects: Terms,
}

impl Record {
    /// The person whom a contact names.
    pub fn person(&self, contact: &Contact) -> Option<&ContactPerson> {
        self.contact_persons.get(contact.person.as_ref()?)
    }

    /// Whether a contact says how to reach anybody.
    pub fn reaches(&self, contact: &Contact) -> bool {
        let ways = [&contact.address, &contact.phone, &contact.email, &contact.web];
        let person = self.person(contact);
        let of_person = person.map(|person| [&person.address, &person.phone, &person.email]);
        ways.into_iter()
            .chain(of_person.into_iter().flatten())
            .any(|way| !way.is_empty())
    }

    /// The document that a provenance means.
    pub fn document<'a>(&'a self, provenance: &'a Provenance) -> &'a str {
        match provenance.document.as_str() {
            "" => self
                .register
                .documents
                .first()
                .map_or("", |first| first.id.as_str()),
            document => document,
        }
    }
}
