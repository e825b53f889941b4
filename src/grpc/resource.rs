//! Stored resources as messages.

use tonic::Status;

use super::error;
use crate::{
    document::{self, Message, Violations, json},
    domain::name::{ResourceKind, ResourceName, Revision},
    pb,
    register::{ResourceChange, etag},
    store::Stored,
};

/// The message of a kind of resource.
pub trait ResourceMessage: prost::Message + Default + 'static {
    /// The kind.
    const KIND: ResourceKind;
    /// What requests call the field that holds it.
    const FIELD: &'static str;

    /// Its name as written.
    fn name(&self) -> &str;
    /// Gives it a name.
    fn set_name(&mut self, name: String);
    /// Its etag as written.
    fn etag(&self) -> &str;
    /// Says in which revision it was changed.
    fn set_revision(&mut self, revision: i64);
    /// The message as one of any kind.
    fn into_message(self) -> Message;
    /// The message as it is kept, without what the store says of it.
    fn from_json(name: &ResourceName, json: &str) -> Result<Self, Status>;
    /// The message of a stored resource.
    fn from_stored(stored: &Stored) -> Result<Self, Status>;
}

macro_rules! resources {
    ($( $message:ident $kind:ident $field:literal $wrap:expr; )*) => {
        $( impl ResourceMessage for pb::$message {
            const KIND: ResourceKind = ResourceKind::$kind;
            const FIELD: &'static str = $field;

            fn name(&self) -> &str {
                &self.name
            }

            fn set_name(&mut self, name: String) {
                self.name = name;
            }

            fn etag(&self) -> &str {
                &self.etag
            }

            fn set_revision(&mut self, revision: i64) {
                self.revision = revision;
            }

            fn into_message(self) -> Message {
                let wrap: fn(Self) -> Message = $wrap;
                wrap(self)
            }

            fn from_json(name: &ResourceName, json: &str) -> Result<Self, Status> {
                json::read(Self::KIND.message(), json).map_err(|unreadable| {
                    tracing::error!(%name, error = %unreadable, "`{name}` cannot be read");
                    error::internal()
                })
            }

            fn from_stored(stored: &Stored) -> Result<Self, Status> {
                let mut message = Self::from_json(&stored.name, &stored.json)?;
                message.revision = number(stored.revision);
                message.etag = etag(stored);
                message.update_time = Some(timestamp(stored.time));
                Ok(message)
            }
        } )*
    };
}

resources! {
    Register Register "register" |message| Message::Register(Box::new(message));
    ProcessingActivity Activity "activity" |message| Message::Activity(Box::new(message));
    DataCategory DataCategory "data_category" Message::DataCategory;
    DataSubjectCategory DataSubjectCategory "data_subject_category" Message::DataSubjectCategory;
    Processor Processor "processor" Message::Processor;
    Recipient Recipient "recipient" Message::Recipient;
    Transfer Transfer "transfer" Message::Transfer;
    ContactPerson ContactPerson "contact_person" Message::ContactPerson;
}

/// A stored resource of any kind.
pub fn any(stored: &Stored) -> Result<pb::Resource, Status> {
    use pb::resource::Resource;
    let resource = match stored.name.kind() {
        ResourceKind::Register => Resource::Register(pb::Register::from_stored(stored)?),
        ResourceKind::Activity => Resource::Activity(pb::ProcessingActivity::from_stored(stored)?),
        ResourceKind::DataCategory => Resource::DataCategory(pb::DataCategory::from_stored(stored)?),
        ResourceKind::DataSubjectCategory => {
            Resource::DataSubjectCategory(pb::DataSubjectCategory::from_stored(stored)?)
        }
        ResourceKind::Processor => Resource::Processor(pb::Processor::from_stored(stored)?),
        ResourceKind::Recipient => Resource::Recipient(pb::Recipient::from_stored(stored)?),
        ResourceKind::Transfer => Resource::Transfer(pb::Transfer::from_stored(stored)?),
        ResourceKind::ContactPerson => Resource::ContactPerson(pb::ContactPerson::from_stored(stored)?),
    };
    Ok(pb::Resource {
        resource: Some(resource),
    })
}

/// Reads the name of a resource of a kind, or says at `field` what is wrong with it.
pub fn name(kind: ResourceKind, field: &str, text: &str, found: &mut Violations) -> Option<ResourceName> {
    document::name(kind, text)
        .map_err(|message| found.push(error::wrong(field, message)))
        .ok()
}

/// One page of a list.
#[derive(Debug)]
pub struct Pages<M> {
    /// The resources.
    pub resources: Vec<M>,
    /// For the next page; empty on the last.
    pub next_page_token: String,
    /// The revision that all pages are of.
    pub revision: i64,
}

/// Documents of one page, in bytes of JSON: fewer than an answer may have, which is shorter.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// At most so many of what was listed, and no more than fits into an answer; and the token of the next page.
pub fn pages<M: ResourceMessage>(
    listed: &[Stored],
    size: usize,
    token: impl FnOnce(&ResourceName) -> String,
) -> Result<(Vec<M>, String), Status> {
    let mut bytes = 0;
    let fits = |stored: &&Stored| {
        bytes += stored.json.len();
        bytes <= MOST_BYTES
    };
    // One is always answered, or a list would never end.
    let most = listed.iter().take_while(fits).count().max(1).min(size);
    let next = match (listed.len() > most, listed.get(most.saturating_sub(1))) {
        (true, Some(last)) => token(&last.name),
        _ => String::new(),
    };
    let resources = listed
        .iter()
        .take(most)
        .map(M::from_stored)
        .collect::<Result<_, _>>()?;
    Ok((resources, next))
}

/// A change of a resource as the contract tells it.
pub fn change((name, change): (ResourceName, ResourceChange)) -> pb::ResourceChange {
    use pb::resource_change::Action;
    let (action, fields) = match change {
        ResourceChange::Created => (Action::Created, Vec::new()),
        ResourceChange::Updated(fields) => (Action::Updated, fields),
        ResourceChange::Deleted => (Action::Deleted, Vec::new()),
        ResourceChange::Erased => (Action::Erased, Vec::new()),
    };
    let fields = fields.into_iter().map(|field| pb::FieldChange {
        path: field.path,
        before: field.before.unwrap_or_default(),
        after: field.after.unwrap_or_default(),
    });
    pb::ResourceChange {
        name: name.to_string(),
        action: action.into(),
        fields: fields.collect(),
    }
}

/// A revision on the wire.
pub fn number(revision: Revision) -> i64 {
    i64::try_from(revision.number()).unwrap_or(i64::MAX)
}

/// An instant on the wire.
pub fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    }
}

/// An instant from the wire; `None` where it is out of range.
pub fn instant(time: &prost_types::Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time.seconds, time.nanos).ok()
}
