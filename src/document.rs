//! A resource as a document: canonical JSON at rest, YAML in manifests, messages on the wire, domain types inside.
//!
//! Everything is checked here, and every mistake is named by its path. What comes out is valid.

pub mod difference;
pub mod filter;
pub mod json;
pub mod manifest;
mod parse;
mod patch;
mod record;
mod relations;
mod shape;
pub mod wire;

use std::{fmt, str::FromStr as _};

pub use parse::{At, Message, Resource, date, resource};
pub use patch::{Fields, Patch};
pub use record::{Draft, DraftResource, InvalidDraft, Stored, declared, record};

use crate::domain::{
    name::{ResourceKind, ResourceName},
    term::shortened,
};

/// One thing that is wrong with a document or request, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path of the field, e.g. `document.activities[2].retention[0].period`.
    pub path: String,
    /// What is wrong, for people.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// What is wrong, all of it; never empty where it is an error.
pub type Violations = Vec<Violation>;

/// At most this many violations of one document are kept.
pub const MOST_VIOLATIONS: usize = 500;

/// Reads the name of a resource of this kind.
pub fn name(kind: ResourceKind, text: &str) -> Result<ResourceName, String> {
    let shown = shortened(text);
    let name =
        ResourceName::from_str(text).map_err(|invalid| format!("`{shown}` is not a name: {invalid}"))?;
    if name.kind() == kind {
        Ok(name)
    } else {
        Err(format!(
            "`{shown}` does not name one of the {}",
            kind.collection()
        ))
    }
}
