//! Canonical proto3 JSON: the form of a resource at rest, the same as in `grpcurl` and in a manifest.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;

use super::{MOST_VIOLATIONS, Violation, Violations, parse::Message as Resource, shape};
use crate::{
    domain::name::{ResourceKind, ResourceName},
    pb,
};

/// The version of the form in which documents are stored.
pub const FORMAT: u16 = 1;

/// A fault of the program or of stored data, not of a request.
#[derive(Debug, thiserror::Error)]
#[error("a document cannot be read or written: {0}")]
pub struct Unreadable(String);

impl Unreadable {
    /// For this reason.
    pub fn new(why: impl std::fmt::Display) -> Self {
        Self(why.to_string())
    }
}

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(pb::DESCRIPTORS).ok());

/// The descriptor of a message of the contract, e.g. `RegisterDocument`.
pub fn descriptor(message: &str) -> Result<MessageDescriptor, Unreadable> {
    POOL.as_ref()
        .and_then(|pool| pool.get_message_by_name(&format!("ropa.v1.{message}")))
        .ok_or_else(|| Unreadable(format!("no descriptor of {message}")))
}

/// Writes a message as canonical JSON.
pub fn write(name: &str, message: &impl Message) -> Result<String, Unreadable> {
    let mut dynamic = DynamicMessage::new(descriptor(name)?);
    dynamic
        .transcode_from(message)
        .map_err(|error| Unreadable(error.to_string()))?;
    write_dynamic(&dynamic)
}

/// Reads a message that was written as canonical JSON.
pub fn read<M: Message + Default>(name: &str, json: &str) -> Result<M, Unreadable> {
    let value: Value = serde_json::from_str(json).map_err(|error| Unreadable(error.to_string()))?;
    from_value(name, value)
}

/// Reads a message from what a person wrote. Every unknown field, wrong type and unknown enum value is named; what is
/// well-formed is read all the same, so that mistakes of meaning can be named along with them.
pub fn read_written<M: Message + Default>(name: &str, value: Value, path: &str) -> (M, Violations) {
    let mut value = value;
    let mut found = Violations::new();
    let message = descriptor(name).and_then(|descriptor| {
        shape::check(&descriptor, &mut value, path, &mut found);
        from_value(name, value)
    });
    found.truncate(MOST_VIOLATIONS);
    match message {
        Ok(message) => (message, found),
        Err(Unreadable(message)) => {
            found.push(Violation {
                path: path.to_owned(),
                message,
            });
            (M::default(), found)
        }
    }
}

/// Reads a stored resource without knowing its type.
pub fn read_dynamic(kind: ResourceKind, json: &str) -> Result<DynamicMessage, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    DynamicMessage::deserialize(descriptor(kind.message())?, &mut deserializer)
        .map_err(|error| Unreadable(error.to_string()))
}

/// Writes a message as canonical JSON.
pub fn write_dynamic(message: &DynamicMessage) -> Result<String, Unreadable> {
    let mut serializer = serde_json::Serializer::new(Vec::new());
    message
        .serialize_with_options(&mut serializer, &SerializeOptions::new())
        .map_err(|error| Unreadable(error.to_string()))?;
    String::from_utf8(serializer.into_inner()).map_err(|error| Unreadable(error.to_string()))
}

fn from_value<M: Message + Default>(name: &str, value: Value) -> Result<M, Unreadable> {
    DynamicMessage::deserialize(descriptor(name)?, value)
        .map_err(|error| Unreadable(error.to_string()))?
        .transcode_to()
        .map_err(|error| Unreadable(error.to_string()))
}

impl Resource {
    /// Reads a stored resource.
    pub fn read(kind: ResourceKind, json: &str) -> Result<Self, Unreadable> {
        Ok(match kind {
            ResourceKind::Register => Self::Register(Box::new(read(kind.message(), json)?)),
            ResourceKind::Activity => Self::Activity(Box::new(read(kind.message(), json)?)),
            ResourceKind::DataCategory => Self::DataCategory(read(kind.message(), json)?),
            ResourceKind::DataSubjectCategory => Self::DataSubjectCategory(read(kind.message(), json)?),
            ResourceKind::Processor => Self::Processor(read(kind.message(), json)?),
            ResourceKind::Recipient => Self::Recipient(read(kind.message(), json)?),
            ResourceKind::Transfer => Self::Transfer(read(kind.message(), json)?),
            ResourceKind::ContactPerson => Self::ContactPerson(read(kind.message(), json)?),
        })
    }

    /// The canonical JSON of the resource as it was declared: without what the store says of it.
    pub fn write(&self) -> Result<String, Unreadable> {
        macro_rules! declared {
            ($message:expr, $kind:expr) => {{
                let mut message = $message.clone();
                message.revision = 0;
                message.etag = String::new();
                message.update_time = None;
                write($kind.message(), &message)
            }};
        }
        match self {
            Self::Register(message) => declared!(message.as_ref(), ResourceKind::Register),
            Self::Activity(message) => declared!(message.as_ref(), ResourceKind::Activity),
            Self::DataCategory(message) => declared!(message, ResourceKind::DataCategory),
            Self::DataSubjectCategory(message) => declared!(message, ResourceKind::DataSubjectCategory),
            Self::Processor(message) => declared!(message, ResourceKind::Processor),
            Self::Recipient(message) => declared!(message, ResourceKind::Recipient),
            Self::Transfer(message) => declared!(message, ResourceKind::Transfer),
            Self::ContactPerson(message) => {
                let mut message = message.clone();
                message.commitment = String::new();
                declared!(message, ResourceKind::ContactPerson)
            }
        }
    }

    /// Its kind and its name as written.
    pub fn named(&self) -> (ResourceKind, &str) {
        match self {
            Self::Register(message) => (ResourceKind::Register, &message.name),
            Self::Activity(message) => (ResourceKind::Activity, &message.name),
            Self::DataCategory(message) => (ResourceKind::DataCategory, &message.name),
            Self::DataSubjectCategory(message) => (ResourceKind::DataSubjectCategory, &message.name),
            Self::Processor(message) => (ResourceKind::Processor, &message.name),
            Self::Recipient(message) => (ResourceKind::Recipient, &message.name),
            Self::Transfer(message) => (ResourceKind::Transfer, &message.name),
            Self::ContactPerson(message) => (ResourceKind::ContactPerson, &message.name),
        }
    }

    /// Its name, where it is one of its kind.
    pub fn name(&self) -> Option<ResourceName> {
        let (kind, name) = self.named();
        super::name(kind, name).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_canonical_json() {
        let recipient = pb::Recipient {
            name: "registers/koko/recipients/courts".to_owned(),
            title: "Courts".to_owned(),
            countries: vec!["FI".to_owned()],
            ..pb::Recipient::default()
        };
        let json = write("Recipient", &recipient).unwrap();
        assert_eq!(
            json,
            r#"{"name":"registers/koko/recipients/courts","title":"Courts","countries":["FI"]}"#
        );
        assert_eq!(read::<pb::Recipient>("Recipient", &json).unwrap(), recipient);
    }

    #[test]
    fn every_mistake_of_form_is_named_and_the_rest_is_read() {
        let value = serde_json::json!({
            "register": {"name": "registers/x", "titel": "X", "title": 7, "controller": {"sector": "FUND"}},
            "activities": {"name": "y"},
        });
        let (document, found) = read_written::<pb::RegisterDocument>("RegisterDocument", value, "document");
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "document.activities: has to be a list",
                "document.register.controller.sector: `FUND` is not one of SECTOR_UNSPECIFIED, UNEMPLOYMENT_FUND, \
                 SOCIAL_INSURANCE, INSURANCE, OTHER_SECTOR",
                "document.register.titel: is not a field of Register; did you mean `title`?",
                "document.register.title: has to be a text (in quotes)",
            ]
        );
        assert_eq!(document.register.unwrap().name, "registers/x");
    }
}
