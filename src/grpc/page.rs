//! Pages of a list (AIP-158).

use tonic::Status;

use super::error;
use crate::{
    document,
    domain::name::{RegisterId, ResourceKind, ResourceName},
};

/// How much is listed where the caller does not say.
const DEFAULT: i32 = 50;
/// How much is listed at most.
const MOST: i32 = 1000;

/// What a list request asks for.
#[derive(Debug)]
pub struct Page {
    /// In which register; `None`: registers themselves.
    pub register: Option<RegisterId>,
    /// Behind this name.
    pub after: Option<ResourceName>,
    /// At most this many.
    pub size: usize,
}

/// Reads the parameters of a list request. A token is the last name of the page before.
pub fn page(kind: ResourceKind, parent: &str, page_size: i32, page_token: &str) -> Result<Page, Status> {
    let mut violations = Vec::new();
    let register = match kind {
        ResourceKind::Register => None,
        _ => document::name(ResourceKind::Register, parent)
            .map_err(|message| violations.push(error::wrong("parent", message)))
            .ok()
            .map(|name| name.register_id().clone()),
    };
    if page_size < 0 {
        violations.push(error::wrong("page_size", "is negative"));
    }
    let after = if page_token.is_empty() {
        None
    } else {
        document::name(kind, page_token).ok()
    };
    let foreign = after
        .as_ref()
        .is_some_and(|name| register.as_ref().is_some_and(|own| own != name.register_id()));
    if !page_token.is_empty() && (after.is_none() || foreign) {
        violations.push(error::wrong("page_token", "is not a token of this list"));
    }
    if !violations.is_empty() {
        return Err(error::invalid(violations));
    }
    let size = if page_size == 0 {
        DEFAULT
    } else {
        page_size.min(MOST)
    };
    Ok(Page {
        register,
        after,
        size: usize::try_from(size).unwrap_or_default(),
    })
}
