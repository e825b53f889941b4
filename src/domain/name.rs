//! Names of resources (AIP-122).

use std::{fmt, str::FromStr};

/// An id as it is written in names and references: 1 to 63 lower-case letters, digits and hyphens, starting with
/// a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Box<str>);

/// The id of a register, the `koko` of `registers/koko`.
pub type RegisterId = Id;

/// Why a text is not an [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 63 lower-case letters, digits and hyphens and starts with a letter")]
pub struct InvalidId;

impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
        let consists = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if starts && consists && text.len() <= 63 && !text.ends_with('-') {
            Ok(Self(text.into()))
        } else {
            Err(InvalidId)
        }
    }
}

impl Id {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of resource a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// A register.
    Register,
    /// A processing activity.
    Activity,
    /// A data category of the register's own.
    DataCategory,
    /// A data subject category of the register's own.
    DataSubjectCategory,
    /// A processor.
    Processor,
    /// A recipient or source.
    Recipient,
    /// A transfer.
    Transfer,
    /// A contact person.
    ContactPerson,
}

impl ResourceKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Register,
        Self::Activity,
        Self::DataCategory,
        Self::DataSubjectCategory,
        Self::Processor,
        Self::Recipient,
        Self::Transfer,
        Self::ContactPerson,
    ];

    /// The collection in names: the `activities` of `registers/koko/activities/chat`.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Register => "registers",
            Self::Activity => "activities",
            Self::DataCategory => "dataCategories",
            Self::DataSubjectCategory => "dataSubjectCategories",
            Self::Processor => "processors",
            Self::Recipient => "recipients",
            Self::Transfer => "transfers",
            Self::ContactPerson => "contactPersons",
        }
    }

    /// The name of the kind's message in the contract.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Register => "Register",
            Self::Activity => "ProcessingActivity",
            Self::DataCategory => "DataCategory",
            Self::DataSubjectCategory => "DataSubjectCategory",
            Self::Processor => "Processor",
            Self::Recipient => "Recipient",
            Self::Transfer => "Transfer",
            Self::ContactPerson => "ContactPerson",
        }
    }

    /// Whether what its documents say can be erased, in the past as well (Art. 17): it is about a person.
    pub const fn is_erasable(self) -> bool {
        matches!(self, Self::ContactPerson)
    }
}

/// The name of a resource: `registers/koko` or `registers/koko/activities/chat`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName {
    register: RegisterId,
    /// `None` for the register itself.
    child: Option<(ResourceKind, Id)>,
}

/// Why a text is not a [`ResourceName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name reads `registers/REGISTER` or `registers/REGISTER/COLLECTION/ID`")]
pub struct InvalidName;

impl ResourceName {
    /// The name of a register.
    pub const fn register(register: RegisterId) -> Self {
        Self {
            register,
            child: None,
        }
    }

    /// The name of something in a register. `kind` must not be `Register`: that gives the register's own name.
    pub fn child(register: RegisterId, kind: ResourceKind, id: Id) -> Self {
        let child = (kind != ResourceKind::Register).then_some((kind, id));
        Self { register, child }
    }

    /// The register that it names or is in.
    pub const fn register_id(&self) -> &RegisterId {
        &self.register
    }

    /// What it names.
    pub fn kind(&self) -> ResourceKind {
        self.child
            .as_ref()
            .map_or(ResourceKind::Register, |(kind, _)| *kind)
    }

    /// Its last segment.
    pub fn id(&self) -> &Id {
        self.child.as_ref().map_or(&self.register, |(_, id)| id)
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registers/{}", self.register)?;
        match &self.child {
            None => Ok(()),
            Some((kind, id)) => write!(f, "/{}/{id}", kind.collection()),
        }
    }
}

impl FromStr for ResourceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let mut segments = text.split('/');
        if segments.next() != Some("registers") {
            return Err(InvalidName);
        }
        let register = segments.next().ok_or(InvalidName)?;
        let register = register.parse().map_err(|InvalidId| InvalidName)?;
        let Some(collection) = segments.next() else {
            return Ok(Self::register(register));
        };
        let kind = ResourceKind::ALL
            .into_iter()
            .find(|kind| kind.collection() == collection && *kind != ResourceKind::Register)
            .ok_or(InvalidName)?;
        let id = segments.next().ok_or(InvalidName)?;
        let id = id.parse().map_err(|InvalidId| InvalidName)?;
        match segments.next() {
            None => Ok(Self::child(register, kind, id)),
            Some(_) => Err(InvalidName),
        }
    }
}

/// The gap-free number of a committed change, counted over the whole store. 0 is the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The one after it.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_they_are_written() {
        for kind in ResourceKind::ALL {
            let id = "chat-2".parse().unwrap();
            let name = ResourceName::child("koko".parse().unwrap(), kind, id);
            assert_eq!(name.to_string().parse::<ResourceName>().unwrap(), name);
        }
    }

    #[test]
    fn malformed_names_are_refused() {
        for text in [
            "",
            "koko",
            "registers",
            "registers/",
            "registers/Koko",
            "registers/koko/",
            "registers/koko/chat",
            "registers/koko/activities",
            "registers/koko/activities/a/b",
            "registers/koko/registers/x",
            "registers/koko/activities/-a",
            "registers/koko/activities/a-",
            "registers/kökö",
        ] {
            assert!(text.parse::<ResourceName>().is_err(), "{text}");
        }
    }
}
