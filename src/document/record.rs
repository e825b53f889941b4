//! A register's documents taken together: what refers to what has to be there.

use std::collections::BTreeMap;

use super::{
    Violation, Violations,
    json::Unreadable,
    parse::{At, Message, Resource, resource},
    relations,
};
use crate::{
    domain::{
        name::{Id, RegisterId, ResourceKind, ResourceName, Revision},
        register::Record,
        term::{OwnTerm, Terms},
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

impl Draft {
    /// Checks every resource of a document by itself, with paths below `document`. Fails where it cannot be told what
    /// the document is for: names that are none, stand twice or are in several registers.
    pub fn new(document: pb::RegisterDocument) -> Result<Self, InvalidDraft> {
        let mut found = Violations::new();
        let mut mistakes = Violations::new();
        let mut drafts: BTreeMap<ResourceName, DraftResource> = BTreeMap::new();
        for (path, message) in messages(document) {
            let json = message.write()?;
            let name = message.name();
            // A mistake in the name is named by the parser of the resource.
            resource(
                &mut At::new(path.clone(), &mut mistakes),
                message,
                Revision::default(),
            );
            let Some(name) = name else { continue };
            if let Some(earlier) = drafts.get(&name) {
                found.push(Violation {
                    path: format!("{path}.name"),
                    message: format!("`{name}` is already at {}", earlier.path),
                });
                continue;
            }
            drafts.insert(name.clone(), DraftResource { name, json, path });
        }
        let resources: Vec<DraftResource> = drafts.into_values().collect();
        let register = resources.first().map(|first| first.name.register_id().clone());
        for draft in &resources {
            if Some(draft.name.register_id()) != register.as_ref() {
                let message = "is in another register than the rest of the document".to_owned();
                found.push(Violation {
                    path: format!("{}.name", draft.path),
                    message,
                });
            }
        }
        if resources.is_empty() && found.is_empty() && mistakes.is_empty() {
            found.push(Violation {
                path: "document".to_owned(),
                message: "is empty".to_owned(),
            });
        }
        match register {
            Some(register) if found.is_empty() => Ok(Self {
                register,
                resources,
                mistakes,
            }),
            _ => {
                mistakes.extend(found);
                Err(InvalidDraft::Mistakes(mistakes))
            }
        }
    }
}

fn messages(document: pb::RegisterDocument) -> Vec<(String, Message)> {
    let pb::RegisterDocument {
        register,
        activities,
        data_categories,
        data_subject_categories,
        processors,
        recipients,
        transfers,
    } = document;
    fn entries<P>(field: &str, list: Vec<P>, wrap: fn(P) -> Message) -> Vec<(String, Message)> {
        let numbered = list.into_iter().enumerate();
        numbered
            .map(|(index, entry)| (format!("document.{field}[{index}]"), wrap(entry)))
            .collect()
    }
    let register = register.map(|register| {
        (
            "document.register".to_owned(),
            Message::Register(Box::new(register)),
        )
    });
    [
        register.into_iter().collect(),
        entries("activities", activities, |activity| {
            Message::Activity(Box::new(activity))
        }),
        entries("data_categories", data_categories, Message::DataCategory),
        entries(
            "data_subject_categories",
            data_subject_categories,
            Message::DataSubjectCategory,
        ),
        entries("processors", processors, Message::Processor),
        entries("recipients", recipients, Message::Recipient),
        entries("transfers", transfers, Message::Transfer),
    ]
    .into_iter()
    .flatten()
    .collect()
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
            Err(unreadable) => found.push(Violation {
                path: path.clone(),
                message: unreadable.to_string(),
            }),
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
        if found.is_empty() {
            let message =
                "the register itself is missing: it has to be created with the first document".to_owned();
            found.push(Violation {
                path: "document.register".to_owned(),
                message,
            });
        }
        return Err(found);
    };
    let record = Record {
        register: *own_register,
        activities: parts.activities,
        processors: parts.processors,
        recipients: parts.recipients,
        transfers: parts.transfers,
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
    Terms::new(own).unwrap_or_else(|broken| {
        for id in broken {
            let name = ResourceName::child(register.clone(), kind, id);
            let message = "is narrower than a term that is missing, or than itself".to_owned();
            found.push(Violation {
                path: format!("{}.broader", path(&name)),
                message,
            });
        }
        Terms::default()
    })
}
