//! The form of a JSON value against a message: names every unknown field, wrong type and unknown enum value.
//!
//! What is wrong is taken out, so that the rest can be read by a reader that stops at the first mistake.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;

use super::{Violation, Violations};

/// Checks a value against a message and removes what does not fit.
pub fn check(message: &MessageDescriptor, value: &mut Value, path: &str, found: &mut Violations) {
    let Value::Object(fields) = value else {
        found.push(wrong(path, "has to be a mapping of fields"));
        *value = Value::Object(serde_json::Map::new());
        return;
    };
    fields.retain(|name, value| {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let field = message
            .get_field_by_json_name(name)
            .or_else(|| message.get_field_by_name(name));
        match field {
            None => {
                found.push(wrong(&path, &unknown_field(message, name)));
                false
            }
            Some(field) if field.is_list() => list(&field, value, &path, found),
            Some(field) if field.is_map() => map(&field, value, &path, found),
            Some(field) => single(&field, value, &path, found),
        }
    });
}

fn list(field: &FieldDescriptor, value: &mut Value, path: &str, found: &mut Violations) -> bool {
    match value {
        Value::Null => true,
        Value::Array(entries) => {
            let mut index = 0;
            entries.retain_mut(|entry| {
                let path = format!("{path}[{index}]");
                index += 1;
                if entry.is_null() {
                    found.push(wrong(&path, "is empty"));
                    return false;
                }
                single(field, entry, &path, found)
            });
            true
        }
        _ => {
            found.push(wrong(path, "has to be a list"));
            false
        }
    }
}

fn map(field: &FieldDescriptor, value: &mut Value, path: &str, found: &mut Violations) -> bool {
    let Kind::Message(entry) = field.kind() else {
        return true;
    };
    let Some(values) = entry.get_field_by_name("value") else {
        return true;
    };
    match value {
        Value::Null => true,
        Value::Object(entries) => {
            entries.retain(|key, value| {
                let path = format!("{path}[\"{key}\"]");
                if value.is_null() {
                    found.push(wrong(&path, "is empty"));
                    return false;
                }
                single(&values, value, &path, found)
            });
            true
        }
        _ => {
            found.push(wrong(path, "has to be a mapping"));
            false
        }
    }
}

fn single(field: &FieldDescriptor, value: &mut Value, path: &str, found: &mut Violations) -> bool {
    let message = match (field.kind(), &*value) {
        (_, Value::Null) => return true,
        (Kind::Message(message), _) if message.full_name().starts_with("google.protobuf.") => return true,
        (Kind::Message(message), _) => {
            check(&message, value, path, found);
            return true;
        }
        (Kind::Enum(values), Value::String(name)) => {
            if values.get_value_by_name(name).is_some() {
                return true;
            }
            format!("`{name}` is not one of {}", names(&values))
        }
        (Kind::Enum(values), _) => format!("has to be one of {}", names(&values)),
        (Kind::String | Kind::Bytes, Value::String(_)) | (Kind::Bool, Value::Bool(_)) => return true,
        (Kind::String | Kind::Bytes, _) => "has to be a text (in quotes)".to_owned(),
        (Kind::Bool, _) => "has to be true or false".to_owned(),
        (_, Value::Number(_) | Value::String(_)) => return true,
        _ => "has to be a number".to_owned(),
    };
    found.push(wrong(path, &message));
    false
}

fn names(values: &EnumDescriptor) -> String {
    let names: Vec<String> = values.values().map(|value| value.name().to_owned()).collect();
    names.join(", ")
}

/// What the store says, and nobody writes.
pub const OUTPUT_ONLY: [&str; 4] = ["revision", "etag", "update_time", "commitment"];

fn unknown_field(message: &MessageDescriptor, name: &str) -> String {
    let near = message
        .fields()
        .map(|field| (strsim::jaro_winkler(name, field.name()), field))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let hint = match near {
        Some((_, field)) => format!("did you mean `{}`?", field.name()),
        None => {
            let declared = message
                .fields()
                .filter(|field| !OUTPUT_ONLY.contains(&field.name()));
            let names: Vec<String> = declared.map(|field| format!("`{}`", field.name())).collect();
            format!("its fields are {}", names.join(", "))
        }
    };
    format!("is not a field of {}; {hint}", message.name())
}

fn wrong(path: &str, message: &str) -> Violation {
    Violation {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}
