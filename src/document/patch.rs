//! A change of some fields of a resource (AIP-134).

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage as _, Value};

use super::{
    Violations, json,
    json::Unreadable,
    parse::{At, Message, resource},
    shape::OUTPUT_ONLY,
};
use crate::domain::name::{ResourceKind, Revision};

/// What of a resource is replaced by what.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The resource with what it shall say.
    pub message: Message,
    /// Which fields.
    pub fields: Fields,
}

/// Which fields of a resource are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fields {
    /// Those that are set.
    Set,
    /// All of them.
    All,
    /// These, by path.
    Paths(Vec<String>),
}

impl Fields {
    /// What a field mask means.
    pub fn of(mask: Option<Vec<String>>) -> Self {
        match mask {
            None => Self::Set,
            Some(paths) if paths.is_empty() => Self::Set,
            Some(paths) if paths.iter().any(|path| path == "*") => Self::All,
            Some(paths) => Self::Paths(paths),
        }
    }
}

/// What a resource is found by.
const NAME: &str = "name";

impl Patch {
    /// The canonical JSON of the resource once it is patched. Mistakes of a mask are named at `mask`, those of the resource
    /// below `path`.
    pub fn patched(
        &self,
        current: Option<&str>,
        path: &str,
        mask: &str,
    ) -> Result<Result<String, Violations>, Unreadable> {
        let (kind, _) = self.message.named();
        let patch = json::read_dynamic(kind, &self.message.write()?)?;
        let mut found = Violations::new();
        let patched = match (current, &self.fields) {
            (None, _) | (_, Fields::All) => patch,
            (Some(current), fields) => {
                let mut patched = json::read_dynamic(kind, current)?;
                // An entry that was erased says what it was committed to, and is a new one now.
                for field in OUTPUT_ONLY {
                    patched.clear_field_by_name(field);
                }
                let paths = match fields {
                    Fields::Paths(paths) => paths.clone(),
                    Fields::Set | Fields::All => patch
                        .fields()
                        .map(|(field, _)| field.name().to_owned())
                        .filter(|field| field != NAME)
                        .collect(),
                };
                for field in paths {
                    let segments: Vec<&str> = field.split('.').collect();
                    if let Err(wrong) = replace(&mut patched, &patch, &segments) {
                        At::new(mask, &mut found).wrong(format_args!("`{field}` {wrong}"));
                    }
                }
                patched
            }
        };
        let written = json::write_dynamic(&patched)?;
        checked(kind, &written, path, &mut found)?;
        Ok(if found.is_empty() { Ok(written) } else { Err(found) })
    }
}

/// Parses what would be there, so that every mistake in it is named.
fn checked(kind: ResourceKind, json: &str, path: &str, found: &mut Violations) -> Result<(), Unreadable> {
    let message = Message::read(kind, json)?;
    resource(&mut At::new(path, found), message, Revision::default());
    Ok(())
}

/// Replaces one field of `target` by that of `source`; says what is wrong with the path.
fn replace(target: &mut DynamicMessage, source: &DynamicMessage, path: &[&str]) -> Result<(), String> {
    let Some((name, rest)) = path.split_first() else {
        return Err("is empty".to_owned());
    };
    let descriptor: MessageDescriptor = target.descriptor();
    let field = descriptor
        .get_field_by_name(name)
        .ok_or_else(|| format!("is not a field: {} has no `{name}`", descriptor.name()))?;
    if OUTPUT_ONLY.contains(name) || *name == NAME {
        return Err("cannot be changed".to_owned());
    }
    if rest.is_empty() {
        if source.has_field(&field) {
            target.set_field(&field, source.get_field(&field).into_owned());
        } else {
            target.clear_field(&field);
        }
        return Ok(());
    }
    if field.is_list() || field.is_map() || field.kind().as_message().is_none() {
        return Err(format!("leads into `{name}`, which is replaced as a whole"));
    }
    let mut inside = target.get_field(&field).into_owned();
    let replacement = source.get_field(&field);
    if let (Value::Message(inside), Value::Message(replacement)) = (&mut inside, replacement.as_ref()) {
        replace(inside, replacement, rest)?;
    }
    target.set_field(&field, inside);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb;

    fn patched(fields: Fields, patch: pb::Recipient) -> Result<String, Vec<String>> {
        let current = pb::Recipient {
            name: "registers/koko/recipients/courts".to_owned(),
            title: "Courts".to_owned(),
            countries: vec!["FI".to_owned()],
            provenance: Some(pb::Provenance {
                section: "4".to_owned(),
                ..pb::Provenance::default()
            }),
            ..pb::Recipient::default()
        };
        let current = json::write("Recipient", &current).unwrap();
        let patch = Patch {
            message: Message::Recipient(pb::Recipient {
                name: "registers/koko/recipients/courts".to_owned(),
                ..patch
            }),
            fields,
        };
        let told = |found: Violations| found.iter().map(ToString::to_string).collect();
        patch
            .patched(Some(&current), "recipient", "update_mask")
            .unwrap()
            .map_err(told)
    }

    fn paths(paths: &[&str]) -> Fields {
        Fields::Paths(paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn only_what_the_mask_names_is_replaced() {
        let patch = pb::Recipient {
            title: "All courts".to_owned(),
            ..pb::Recipient::default()
        };
        let all = patched(Fields::Set, patch.clone()).unwrap();
        assert!(all.contains("All courts") && all.contains("FI"), "{all}");
        let cleared = patched(paths(&["title", "countries"]), patch.clone()).unwrap();
        assert!(
            cleared.contains("All courts") && !cleared.contains("FI"),
            "{cleared}"
        );
        let whole = patched(Fields::All, patch).unwrap();
        assert!(!whole.contains("FI") && !whole.contains("section"), "{whole}");
        let inside = patched(paths(&["provenance.section"]), pb::Recipient::default()).unwrap();
        assert!(
            inside.contains("Courts") && !inside.contains("section"),
            "{inside}"
        );
    }

    #[test]
    fn every_mistake_of_a_mask_and_of_what_it_makes_is_named() {
        let wrong = ["titel", "etag", "countries.x", "name", "title"];
        assert_eq!(
            patched(paths(&wrong), pb::Recipient::default()).unwrap_err(),
            [
                "update_mask: `titel` is not a field: Recipient has no `titel`",
                "update_mask: `etag` cannot be changed",
                "update_mask: `countries.x` leads into `countries`, which is replaced as a whole",
                "update_mask: `name` cannot be changed",
                "recipient.title: is required",
            ]
        );
    }
}
