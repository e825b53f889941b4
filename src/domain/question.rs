//! A question: who may do what with which data about whom, for which purpose, at what time.
//!
//! Facts are said, denied, unknown or unsaid; there is no identity of a data subject anywhere.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    activity::Outcome,
    finding::FindingCode,
    name::RegisterId,
    operation::Operation,
    party::{Country, TransferTool},
    vocabulary::Code,
};

/// A well-formed question. Terms are kept as they were written: whether they are known depends on the register.
#[derive(Clone, Debug)]
pub struct Question {
    /// The register asked.
    pub register: RegisterId,
    /// The id of the activity, as written.
    pub activity: Option<String>,
    /// The purpose, as written.
    pub purpose: Option<String>,
    /// What is to be done; never empty.
    pub operations: Vec<Operation>,
    /// Data categories, as written.
    pub data: Vec<String>,
    /// The roles of the person, as written.
    pub subjects: Vec<String>,
    /// To whom.
    pub counterparty: Counterparty,
    /// From where, as written.
    pub source: Option<String>,
    /// When the processing happens.
    pub time: Timestamp,
    /// The facts of the case.
    pub facts: Facts,
}

/// Who is on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterparty {
    /// Nobody.
    None,
    /// A recipient, as written.
    Recipient(String),
    /// A processor, as written.
    Processor(String),
}

/// A fact as the caller knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Not mentioned.
    #[default]
    Unsaid,
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody can tell.
    Unknown,
}

/// The facts of a case.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Where the counterparty receives or reads the data.
    pub country: PlaceFact,
    /// The tool of Chapter V, where the record leaves it to the case.
    pub transfer_tool: Option<TransferTool>,
    /// Whether the importer is within the scope of the adequacy decision.
    pub importer_covered: Fact,
    /// The form of the data.
    pub form: Form,
    /// Dated events.
    pub events: BTreeMap<&'static str, EventFact>,
    /// Conditions of the register and of national law, by id.
    pub conditions: BTreeMap<String, Fact>,
    /// Consents of the data subject.
    pub consents: Vec<Consent>,
    /// Whether the counterparty asked for the data.
    pub requested: Fact,
    /// Whether the person asked that the data go to the recipient (Art. 20).
    pub subject_requested: Fact,
    /// The provision that entitles the counterparty.
    pub legal_reference: Option<String>,
    /// An objection or opt-out (Art. 21).
    pub objection: RequestFact,
    /// Restriction (Art. 18).
    pub restriction: RequestFact,
    /// Request for erasure (Art. 17).
    pub erasure: RequestFact,
    /// Whether a legal hold lies on the data.
    pub legal_hold: Fact,
    /// Whether the processing serves a legal claim.
    pub legal_claim: Fact,
    /// Whether the person who acts needs the data.
    pub need_to_know: Fact,
    /// Whether a protected-identity mark is set.
    pub protected_identity: Fact,
    /// The outcome of an automated decision; `None`: unsaid.
    pub outcome: Option<Outcome>,
    /// Whether a person decides before it takes effect.
    pub human_decides: Fact,
    /// Whether the counterparty is the person's own.
    pub own: Fact,
    /// By which channel something is sent; `None`: unsaid.
    pub channel: Option<Channel>,
    /// Conditions of an earlier answer that the caller attests.
    pub attested: Vec<FindingCode>,
}

/// Where something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlaceFact {
    /// Not mentioned.
    #[default]
    Unsaid,
    /// Here.
    Country(Country),
    /// Nobody can tell.
    Unknown,
}

/// The form of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// It identifies persons.
    #[default]
    Identifying,
    /// Pseudonymised: still personal data.
    Pseudonymised,
    /// Anonymous.
    Anonymised,
}

/// When an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFact {
    /// On this day, also in the future.
    On(Date),
    /// Not yet.
    NotYet,
    /// Nobody can tell.
    Unknown,
}

/// How far a request of the person has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestFact {
    /// Not mentioned.
    #[default]
    Unsaid,
    /// There is none.
    None,
    /// Made and not decided.
    Open,
    /// Granted, upheld, in force.
    Granted,
    /// Refused, with reasons.
    Refused,
    /// Nobody can tell.
    Unknown,
}

/// A consent.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Whether there is one.
    pub state: ConsentState,
    /// Explicit in the sense of Art. 9(2)(a).
    pub explicit: bool,
    /// Whose.
    pub giver: Giver,
    /// When it was given; `None`: before the time of the processing.
    pub given_on: Option<Date>,
    /// When it was withdrawn.
    pub withdrawn_on: Option<Date>,
    /// For which purpose, as written; `None`: the one asked.
    pub purpose: Option<String>,
    /// For which data, as written; empty: the data asked.
    pub data: Vec<String>,
    /// For which recipient, as written; `None`: for none.
    pub recipient: Option<String>,
    /// Age in full years when it was given.
    pub age: Option<u32>,
    /// For which channels.
    pub channels: Vec<Channel>,
}

/// How something is sent to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Electronic mail.
    Email,
    /// A call.
    Telephone,
    /// SMS and other short messages.
    TextMessage,
    /// A letter.
    Post,
    /// A message in an app or on a website behind a login.
    InApp,
}

/// Whether there is a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// Given.
    Given,
    /// Not given, or refused.
    NotGiven,
    /// Given and withdrawn.
    Withdrawn,
    /// Nobody can tell.
    Unknown,
}

/// Whose consent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// The data subject.
    Subject,
    /// The holder of parental responsibility or another legal representative.
    Representative,
    /// Another person.
    AnotherPerson,
}

impl Facts {
    /// What is known of an event.
    pub fn event(&self, event: Code) -> Option<EventFact> {
        self.events.get(event.as_str()).copied()
    }

    /// What is known of a condition.
    pub fn condition(&self, id: &str) -> Fact {
        self.conditions.get(id).copied().unwrap_or_default()
    }
}
