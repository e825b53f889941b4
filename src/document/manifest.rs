//! Manifests: YAML or JSON as people write it, one or several documents in a text.

use prost_reflect::{DynamicMessage, SerializeOptions};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::json::{self, Unreadable};

/// Reads every document of a text. JSON is read too: it is YAML.
///
/// Only `true` and `false` are booleans: YAML 1.1 would read the country code `NO` as one.
pub fn read(text: &str) -> Result<Vec<Value>, String> {
    let mut options = serde_saphyr::Options::default();
    options.strict_booleans = true;
    serde_saphyr::from_multiple_with_options::<Value>(text, options).map_err(|error| error.to_string())
}

/// Writes a message as YAML, with the names of fields as the contract has them and in its order.
pub fn write(name: &str, message: &impl prost::Message) -> Result<String, Unreadable> {
    struct Written(DynamicMessage);
    impl Serialize for Written {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let options = SerializeOptions::new().use_proto_field_name(true);
            self.0.serialize_with_options(serializer, &options)
        }
    }
    let mut dynamic = DynamicMessage::new(json::descriptor(name)?);
    let wrong = |error: &dyn std::fmt::Display| Unreadable::new(error);
    dynamic.transcode_from(message).map_err(|error| wrong(&error))?;
    serde_saphyr::to_string(&Written(dynamic)).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norway_stays_a_country() {
        let read = read("countries: [NO, SE]\n---\nid: x\n").unwrap();
        assert_eq!(
            read,
            [
                serde_json::json!({"countries": ["NO", "SE"]}),
                serde_json::json!({"id": "x"})
            ]
        );
    }

    #[test]
    fn a_mistake_of_form_says_where() {
        let error = read("a: [1, 2\nb: 3").unwrap_err();
        assert!(error.contains("line"), "{error}");
    }
}
