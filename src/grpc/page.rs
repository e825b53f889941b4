//! What lists share: pages (AIP-158), filters (AIP-160), orders (AIP-132), and as of when something is read.

use std::str::FromStr as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tonic::Status;

use super::{error, resource};
use crate::{
    clock,
    document::{
        Violations,
        filter::{Filter, Order},
    },
    domain::name::{ResourceKind, ResourceName, Revision},
    register::{AsOf, Listing},
};

/// How much is listed where the caller does not say.
const DEFAULT: i32 = 50;
/// How much is listed at most.
const MOST: i32 = 1000;
/// How long a filter or an order may be.
const LONGEST: usize = 1000;

/// A list request.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The register; empty for a list of registers.
    pub parent: &'a str,
    /// Resources on a page.
    pub page_size: i32,
    /// From the page before.
    pub page_token: &'a str,
    /// Which ones.
    pub filter: &'a str,
    /// In which order.
    pub order_by: &'a str,
    /// As of when.
    pub moment: Moment,
}

/// As of when something is read, as requests say it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// A revision; 0: now.
    pub at_revision: i64,
    /// An instant.
    pub as_of: Option<prost_types::Timestamp>,
}

impl Moment {
    /// Reads it, or says what is wrong.
    pub fn read(self, found: &mut Violations) -> Option<AsOf> {
        match (u64::try_from(self.at_revision), self.as_of) {
            (Err(_), _) => found.push(error::wrong("at_revision", "is negative")),
            (Ok(0), None) => return Some(AsOf::Now),
            (Ok(0), Some(time)) => match resource::instant(&time) {
                // What will be said then is not known.
                Some(instant) if instant > clock::now() => {
                    found.push(error::wrong("as_of", "is in the future"));
                }
                Some(instant) => return Some(AsOf::Instant(instant)),
                None => found.push(error::wrong("as_of", "is out of range")),
            },
            (Ok(number), None) => return Some(AsOf::Revision(Revision::new(number))),
            (Ok(_), Some(_)) => found.push(error::wrong("as_of", "excludes `at_revision`")),
        }
        None
    }
}

/// What a list request comes to.
#[derive(Debug)]
pub struct Page {
    /// What is listed; its limit is the page's.
    pub listing: Listing,
    /// At most this many on the page.
    pub size: usize,
    /// What its tokens are bound to.
    pub bound: Bound,
}

/// What a token is bound to: everything else in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound([u8; 6]);

impl Bound {
    /// Bound to these arguments.
    pub fn to(arguments: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for argument in arguments {
            hash.update(argument.len().to_be_bytes());
            hash.update(argument);
        }
        let mut bound = [0; 6];
        for (byte, digest) in bound.iter_mut().zip(hash.finalize()) {
            *byte = digest;
        }
        Self(bound)
    }
}

/// The token of the page after a resource, in a list of a revision.
pub fn token(revision: Revision, last: impl ToString, bound: Bound) -> String {
    let mut bytes = bound.0.to_vec();
    bytes.extend(revision.number().to_be_bytes());
    bytes.extend(last.to_string().as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The revision and the last thing that a token names, if it is bound to these arguments.
pub fn read_token(token: &str, bound: Bound) -> Option<(Revision, String)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let rest = bytes.strip_prefix(&bound.0)?;
    let (revision, last) = rest.split_first_chunk::<8>()?;
    let last = String::from_utf8(last.to_vec()).ok()?;
    Some((Revision::new(u64::from_be_bytes(*revision)), last))
}

/// How many are on a page.
pub fn size(page_size: i32, found: &mut Violations) -> usize {
    if page_size < 0 {
        found.push(error::wrong("page_size", "is negative"));
    }
    let size = if page_size == 0 {
        DEFAULT
    } else {
        page_size.clamp(1, MOST)
    };
    usize::try_from(size).unwrap_or_default()
}

/// Reads a list request.
pub fn page(kind: ResourceKind, wanted: Wanted<'_>) -> Result<Page, Status> {
    let Wanted {
        parent,
        page_size,
        page_token,
        filter,
        order_by,
        moment,
    } = wanted;
    let mut found = Violations::new();
    let register = match kind {
        ResourceKind::Register => None,
        _ => resource::name(ResourceKind::Register, "parent", parent, &mut found)
            .map(|name| name.register_id().clone()),
    };
    let mut as_of = moment.read(&mut found).unwrap_or_default();
    let filter_text = filter;
    let filter = match filter.trim() {
        "" => None,
        _ if filter.chars().count() > LONGEST => {
            found.push(error::wrong("filter", "has more than 1000 characters"));
            None
        }
        text => Filter::parse(kind, text)
            .map_err(|wrong| found.push(error::wrong("filter", wrong)))
            .ok(),
    };
    let order = Order::parse(kind, order_by);
    let order = order.map_err(|wrong| found.push(error::wrong("order_by", wrong)));
    let asked = format!("{moment:?}");
    let bound = Bound::to(&[kind.collection(), parent, filter_text, order_by, &asked]);
    let mut after = None;
    if !page_token.is_empty() {
        let read = read_token(page_token, bound);
        match read.and_then(|(revision, last)| Some((revision, ResourceName::from_str(&last).ok()?))) {
            Some((revision, last)) => {
                as_of = AsOf::Revision(revision);
                after = Some(last);
            }
            None => found.push(error::wrong("page_token", "is not a token of this list")),
        }
    }
    let size = size(page_size, &mut found);
    let (Ok(order), true) = (order, found.is_empty()) else {
        return Err(error::invalid(found));
    };
    Ok(Page {
        listing: Listing {
            kind,
            register,
            as_of,
            filter,
            order,
            after,
            limit: size,
        },
        size,
        bound,
    })
}
