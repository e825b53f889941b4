//! A register's documents taken together: what refers to what has to be there.

use std::collections::BTreeMap;

use super::{
    Violations,
    json::Unreadable,
    parse::{At, Message, Resource, resource},
    relations,
};
use crate::{
    domain::{
        name::{Id, RegisterId, ResourceKind, ResourceName, Revision},
        register::Record,
        term::{BrokenTerms, OwnTerm, Terms},
    },
    pb,
};

/// A document that a caller wants to have in the register: every resource in it has a name of its own.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The register it is for.
    pub register: RegisterId,
    /// What it holds, in order of name.
    pub resources: Vec<DraftResource>,
    /// What is wrong with single resources. A draft with mistakes is never applied; it is kept so that mistakes of
    /// reference can be named along with them.
    pub mistakes: Violations,
}

/// One resource of a draft.
#[derive(Clone, Debug)]
pub struct DraftResource {
    /// Its name.
    pub name: ResourceName,
    /// Its canonical JSON.
    pub json: String,
    /// Where it stands in the draft, e.g. `document.activities[2]`.
    pub path: String,
}

impl DraftResource {
    /// Checks a resource by itself. `None`: it has no name that could be read; `at` holds why, and every other mistake.
    pub fn new(at: &mut At<'_>, path: String, message: Message) -> Result<Option<Self>, Unreadable> {
        let name = message.name();
        let json = message.write()?;
        resource(at, message, Revision::default());
        Ok(name.map(|name| Self { name, json, path }))
    }
}

/// Why a draft is none.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDraft {
    /// The document has mistakes.
    #[error("the document has mistakes")]
    Mistakes(Violations),
    /// The program cannot write documents.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// A document has at most this many resources of a kind.
const MOST_RESOURCES: usize = 5_000;

impl Draft {
    /// Checks every resource of a document by itself, with paths below `document`. Fails where it cannot be told which
    /// register the document is for; every other mistake is kept in the draft.
    pub fn new(document: pb::RegisterDocument) -> Result<Self, InvalidDraft> {
        let mut mistakes = Violations::new();
        let mut drafts: BTreeMap<ResourceName, DraftResource> = BTreeMap::new();
        let register = document.register.as_ref().map(|register| register.name.clone());
        let mut register = register
            .and_then(|name| super::name(ResourceKind::Register, &name).ok())
            .map(|name| name.register_id().clone());
        for (path, message) in messages(document, &mut mistakes) {
            let mut at = At::new(path.clone(), &mut mistakes);
            if at.is_full() {
                break;
            }
            let Some(draft) = DraftResource::new(&mut at, path, message)? else {
                continue;
            };
            let name = draft.name.clone();
            let own = register.get_or_insert_with(|| name.register_id().clone());
            if name.register_id() != own {
                let wrong = format_args!("is in another register than the rest of the document, `{own}`");
                at.field("name", |at| at.wrong(wrong));
            } else if let Some(earlier) = drafts.get(&name) {
                let wrong = format_args!("`{name}` is already at {}", earlier.path);
                at.field("name", |at| at.wrong(wrong));
            } else {
                drafts.insert(name, draft);
            }
        }
        if drafts.is_empty() && mistakes.is_empty() {
            At::new("document", &mut mistakes).wrong("is empty");
        }
        match register {
            Some(register) => Ok(Self {
                register,
                resources: drafts.into_values().collect(),
                mistakes,
            }),
            None => Err(InvalidDraft::Mistakes(mistakes)),
        }
    }
}

fn messages(document: pb::RegisterDocument, found: &mut Violations) -> Vec<(String, Message)> {
    let pb::RegisterDocument {
        register,
        activities,
        data_categories,
        data_subject_categories,
        processors,
        recipients,
        transfers,
        contact_persons,
    } = document;
    let mut at = At::new("document", found);
    let mut entries = Entries {
        at: &mut at,
        messages: Vec::new(),
    };
    if let Some(register) = register {
        let message = Message::Register(Box::new(register));
        entries.messages.push(("document.register".to_owned(), message));
    }
    entries.add("activities", activities, |activity| {
        Message::Activity(Box::new(activity))
    });
    entries.add("data_categories", data_categories, Message::DataCategory);
    entries.add(
        "data_subject_categories",
        data_subject_categories,
        Message::DataSubjectCategory,
    );
    entries.add("processors", processors, Message::Processor);
    entries.add("recipients", recipients, Message::Recipient);
    entries.add("transfers", transfers, Message::Transfer);
    entries.add("contact_persons", contact_persons, Message::ContactPerson);
    entries.messages
}

/// A document without what the store says of its resources: as it would be written.
pub fn declared(mut document: pb::RegisterDocument) -> pb::RegisterDocument {
    macro_rules! clear {
        ($($list:expr),*) => { $(
            for resource in $list {
                resource.revision = 0;
                resource.etag = String::new();
                resource.update_time = None;
            }
        )* };
    }
    clear!(
        document.register.iter_mut(),
        &mut document.activities,
        &mut document.data_categories,
        &mut document.data_subject_categories,
        &mut document.processors,
        &mut document.recipients,
        &mut document.transfers,
        &mut document.contact_persons
    );
    for person in &mut document.contact_persons {
        person.commitment = String::new();
    }
    document
}

/// The resources of a document with their paths.
struct Entries<'a, 'v> {
    at: &'a mut At<'v>,
    messages: Vec<(String, Message)>,
}

impl Entries<'_, '_> {
    fn add<P>(&mut self, field: &str, list: Vec<P>, wrap: fn(P) -> Message) {
        let mut index = 0;
        let added = self.at.each(field, MOST_RESOURCES, list, |_, entry| {
            index += 1;
            Some((format!("document.{field}[{}]", index - 1), wrap(entry)))
        });
        self.messages.extend(added);
    }
}

/// A resource as it is kept, or is going to be.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name.
    pub name: ResourceName,
    /// The revision in which it was last changed.
    pub revision: Revision,
    /// Its canonical JSON.
    pub json: String,
    /// How violations in it begin; by default its name.
    pub path: Option<String>,
}

/// Makes a record of everything in a register. All mistakes are named: those of a resource in itself, and everything
/// that refers to what is not there.
pub fn record(register: &RegisterId, stored: &[Stored]) -> Result<Record, Violations> {
    let mut found = Violations::new();
    let mut parts = Parts::default();
    let mut paths = BTreeMap::new();
    for one in stored {
        let path = one.path.clone().unwrap_or_else(|| one.name.to_string());
        match Message::read(one.name.kind(), &one.json) {
            Ok(message) => {
                let parsed = resource(&mut At::new(path.clone(), &mut found), message, one.revision);
                parsed.into_iter().for_each(|parsed| parts.add(parsed));
            }
            Err(unreadable) => At::new(path.clone(), &mut found).wrong(unreadable),
        }
        paths.insert(one.name.clone(), path);
    }
    let path = |name: &ResourceName| paths.get(name).cloned().unwrap_or_else(|| name.to_string());

    let data = own_terms(
        register,
        ResourceKind::DataCategory,
        parts.data_categories,
        &path,
        &mut found,
    );
    let subjects = own_terms(
        register,
        ResourceKind::DataSubjectCategory,
        parts.subject_categories,
        &path,
        &mut found,
    );
    let Some(own_register) = parts.register else {
        let wrong = "the register itself is missing: it has to be created with the first document";
        At::new("document.register", &mut found).wrong(wrong);
        return Err(found);
    };
    let record = Record {
        register: *own_register,
        activities: parts.activities,
        processors: parts.processors,
        recipients: parts.recipients,
        transfers: parts.transfers,
        contact_persons: parts.contact_persons,
        data,
        subjects,
    };
    relations::check(&record, &path, &mut found);
    if found.is_empty() { Ok(record) } else { Err(found) }
}

#[derive(Default)]
struct Parts {
    register: Option<Box<crate::domain::register::Register>>,
    activities: BTreeMap<Id, crate::domain::activity::Activity>,
    processors: BTreeMap<Id, crate::domain::party::Processor>,
    recipients: BTreeMap<Id, crate::domain::party::Recipient>,
    transfers: BTreeMap<Id, crate::domain::party::Transfer>,
    contact_persons: BTreeMap<Id, crate::domain::organisation::ContactPerson>,
    data_categories: BTreeMap<Id, OwnTerm>,
    subject_categories: BTreeMap<Id, OwnTerm>,
}

impl Parts {
    fn add(&mut self, resource: Resource) {
        match resource {
            Resource::Register(register) => self.register = Some(register),
            Resource::Activity(activity) => {
                self.activities.insert(activity.name.id().clone(), *activity);
            }
            Resource::DataCategory(id, own) => {
                self.data_categories.insert(id, own);
            }
            Resource::DataSubjectCategory(id, own) => {
                self.subject_categories.insert(id, own);
            }
            Resource::Processor(processor) => {
                self.processors.insert(processor.id.clone(), *processor);
            }
            Resource::Recipient(recipient) => {
                self.recipients.insert(recipient.id.clone(), recipient);
            }
            Resource::Transfer(transfer) => {
                self.transfers.insert(transfer.id.clone(), *transfer);
            }
            Resource::ContactPerson(id, person) => {
                self.contact_persons.insert(id, person);
            }
        }
    }
}

fn own_terms(
    register: &RegisterId,
    kind: ResourceKind,
    own: BTreeMap<Id, OwnTerm>,
    path: &impl Fn(&ResourceName) -> String,
    found: &mut Violations,
) -> Terms {
    Terms::new(own).unwrap_or_else(|BrokenTerms { ids, terms }| {
        for id in ids {
            let name = ResourceName::child(register.clone(), kind, id);
            let wrong = "is narrower than a term that is missing, or than itself, or one of too many";
            At::new(format!("{}.broader", path(&name)), found).wrong(wrong);
        }
        terms
    })
}
