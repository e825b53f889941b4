//! The bytes of the audit log. They are written once, and nobody ever writes them again to check them: a verifier
//! hashes what is stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::name::{ResourceName, Revision};

use super::{
    Change, Digest,
    change::InvalidChange,
    commitment::{self, Commitment},
    hex::{hex, unhex},
};

/// A bundle of leaves, as logs publish them, gives the length of each in sixteen bits.
const MAX_LEAF: usize = 65_535;

/// What one mutation did, as the list of a revision's changes tells it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The name of the resource.
    pub name: String,
    /// The digest of the document that it replaced, in hexadecimal; null if there was none.
    pub before: Option<String>,
    /// The digest of the document that is there now; null if it was deleted. The same as before where what the versions
    /// said was erased.
    pub after: Option<String>,
    /// The format of that document; null also where nothing was written.
    pub format: Option<u16>,
    /// The commitments, in hexadecimal, of what was erased: whatever else is missing was lost or taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<String>,
}

/// Reads a list of changes; none if it is none of ours.
pub fn read_effects(bytes: &[u8]) -> Option<Vec<Effect>> {
    serde_json::from_slice(bytes).ok()
}

/// The list of a revision's changes. It is stored beside the log because it may be longer than a leaf.
pub fn effects(effects: &[Effect]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(effects)
}

/// What the entry says that the change does not.
pub struct Entry<'a> {
    /// Counted from 1.
    pub log_index: u64,
    /// The revision that the change became.
    pub revision: Revision,
    /// The time, to the millisecond.
    pub time: Timestamp,
    /// What the reason is committed to.
    pub reason: Option<&'a Commitment>,
    /// How many mutations there were, and the digest of their list.
    pub count: usize,
    /// The digest of the list.
    pub effects: &'a Digest,
}

// The fields are written in the order in which they stand here. A field may be added at the end of `Leaf` (with a new
// `v`), but what is stored stays as it is.
#[derive(Serialize)]
struct Leaf<'a> {
    v: u8,
    log_index: u64,
    id: String,
    time: String,
    r#type: &'static str,
    register: String,
    revision: u64,
    actor: &'a str,
    method: &'a str,
    reason: Option<String>,
    changes: Changes,
    server: Server,
}

#[derive(Serialize)]
struct Changes {
    count: usize,
    sha256: String,
}

/// Which program wrote an entry.
#[derive(Serialize)]
pub struct Server {
    version: &'static str,
}

impl Server {
    /// This one.
    pub const fn this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// What a leaf says, as it is read again.
#[derive(Clone, Debug, Deserialize)]
pub struct Logged {
    /// When it was written.
    pub time: Timestamp,
    /// What happened.
    pub r#type: String,
    /// The name of the register.
    pub register: String,
    /// Who asked for it.
    pub actor: String,
    /// The method that was called.
    pub method: String,
    /// What the reason is committed to.
    pub reason: Option<String>,
    changes: LoggedChanges,
}

#[derive(Clone, Debug, Deserialize)]
struct LoggedChanges {
    sha256: String,
}

impl Logged {
    /// The digest of the list of changes.
    pub fn effects(&self) -> Option<Digest> {
        unhex(&self.changes.sha256)
    }

    /// The digest that the reason is committed to.
    pub fn reason(&self) -> Option<Digest> {
        commitment::digest(self.reason.as_deref()?)
    }
}

/// Reads a leaf; none if it is none of ours.
pub fn read(leaf: &[u8]) -> Option<Logged> {
    serde_json::from_slice(leaf).ok()
}

/// The leaf of a change.
pub fn leaf(change: &Change, entry: &Entry<'_>) -> Result<Vec<u8>, InvalidChange> {
    let leaf = Leaf {
        v: 1,
        log_index: entry.log_index,
        id: entry_id(entry.time).to_string(),
        time: format!("{:.3}", entry.time),
        r#type: change.kind.as_str(),
        register: ResourceName::register(change.register.clone()).to_string(),
        revision: entry.revision.number(),
        actor: &change.actor,
        method: &change.method,
        reason: entry.reason.map(Commitment::text),
        changes: Changes {
            count: entry.count,
            sha256: hex(entry.effects),
        },
        server: Server::this(),
    };
    // Text and numbers cannot fail to be JSON; what is left of the error's kinds is length.
    let bytes = serde_json::to_vec(&leaf).map_err(|_| InvalidChange::TooLong)?;
    if bytes.len() > MAX_LEAF {
        Err(InvalidChange::TooLong)
    } else {
        Ok(bytes)
    }
}

/// From the change's time and chance, so that the store asks no clock.
pub fn entry_id(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.as_millisecond()).unwrap_or_default();
    let nanos = u32::try_from(millis % 1_000 * 1_000_000).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, millis / 1_000, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ChangeKind, Mutation};

    fn change() -> Change {
        let register: crate::domain::name::RegisterId = "koko".parse().unwrap();
        Change {
            actor: "usr_8f\"\n".to_owned(),
            method: "/ropa.v1.RegisterService/ApplyRegister".to_owned(),
            kind: ChangeKind::RegisterApplied,
            register: register.clone(),
            reason: None,
            request: None,
            time: "2026-11-24T10:00:00.123456Z".parse().unwrap(),
            mutations: vec![Mutation::Delete {
                name: ResourceName::register(register),
            }],
        }
    }

    #[test]
    fn a_leaf_has_its_bytes_for_ever() {
        let change = change();
        let commitment = Commitment::new([7; 32], "asked by the works council".as_bytes());
        let entry = Entry {
            log_index: 18,
            revision: Revision::new(17),
            time: change.time,
            reason: Some(&commitment),
            count: 1,
            effects: &[0xab; 32],
        };
        let leaf = String::from_utf8(leaf(&change, &entry).unwrap()).unwrap();
        let id = leaf
            .split("\"id\":\"")
            .nth(1)
            .and_then(|rest| rest.get(..36))
            .unwrap();
        assert_eq!(id.parse::<Uuid>().unwrap().get_version_num(), 7);
        let expected = [
            r#"{"v":1,"log_index":18,"id":"ID","time":"2026-11-24T10:00:00.123Z","type":"register.applied","#,
            r#""register":"registers/koko","revision":17,"actor":"usr_8f\"\n","#,
            r#""method":"/ropa.v1.RegisterService/ApplyRegister","reason":"sha256c:REASON","#,
            r#""changes":{"count":1,"sha256":"DIGEST"},"server":{"version":"VERSION"}}"#,
        ];
        let expected = expected
            .concat()
            .replace("ID", id)
            .replace("REASON", &hex(&commitment.digest));
        let expected = expected
            .replace("DIGEST", &"ab".repeat(32))
            .replace("VERSION", env!("CARGO_PKG_VERSION"));
        assert_eq!(leaf, expected);
    }

    #[test]
    fn the_list_of_changes_has_its_bytes_for_ever() {
        let list = [
            Effect {
                name: "registers/koko".to_owned(),
                before: None,
                after: Some("aa".to_owned()),
                format: Some(1),
                erased: Vec::new(),
            },
            Effect {
                name: "registers/koko/activities/x".to_owned(),
                before: Some("bb".to_owned()),
                after: None,
                format: None,
                erased: Vec::new(),
            },
        ];
        let expected = concat!(
            r#"[{"name":"registers/koko","before":null,"after":"aa","format":1},"#,
            r#"{"name":"registers/koko/activities/x","before":"bb","after":null,"format":null}]"#
        );
        assert_eq!(effects(&list).unwrap(), expected.as_bytes());
    }

    #[test]
    fn a_leaf_that_no_bundle_can_hold_is_refused() {
        let change = Change {
            actor: "x".repeat(MAX_LEAF),
            ..change()
        };
        let entry = Entry {
            log_index: 1,
            revision: Revision::new(1),
            time: change.time,
            reason: None,
            count: 1,
            effects: &[0; 32],
        };
        assert_eq!(leaf(&change, &entry), Err(InvalidChange::TooLong));
    }
}
