//! Filters and orders of lists (AIP-160, AIP-132) over resources as they are kept.

mod parser;

use std::cmp::Ordering;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;

use super::{json, shape::OUTPUT_ONLY};
use crate::domain::{name::ResourceKind, term::shortened};

pub use parser::Filter;
use parser::{Comparator, Expression, Literal};

/// In which order a list comes: fields with their direction; the name decides at last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order(Vec<(Path, Direction)>);

/// Which of two comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// A field of a resource: the names of fields in JSON, from the outside in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Vec<String>);

/// An order has at most this many fields.
const MOST_FIELDS: usize = 8;

impl Path {
    /// Reads the path of a field of a kind of resource.
    fn of(kind: ResourceKind, text: &str) -> Result<Self, String> {
        let mut message = json::descriptor(kind.message()).ok();
        let mut names = Vec::new();
        if OUTPUT_ONLY
            .iter()
            .any(|field| text.split('.').next() == Some(field))
        {
            return Err(format!("`{text}` is said by the store, and not looked for"));
        }
        for segment in text.split('.') {
            let inside =
                message.ok_or_else(|| format!("`{}` leads into a field without fields", shortened(text)))?;
            let field = field(&inside, segment)
                .ok_or_else(|| format!("`{}` is not a field of {}", shortened(segment), inside.name()))?;
            names.push(field.json_name().to_owned());
            message = match field.kind() {
                Kind::Message(message) if !field.is_map() && message.package_name().starts_with("ropa") => {
                    Some(message)
                }
                _ => None,
            };
        }
        Ok(Self(names))
    }

    /// Every value at this path: lists stand for their entries.
    fn values<'a>(&self, document: &'a Value) -> Vec<&'a Value> {
        let mut values = vec![document];
        for name in &self.0 {
            values = values
                .into_iter()
                .filter_map(|value| value.get(name))
                .flat_map(entries)
                .collect();
        }
        values
    }
}

/// A field by its name in the contract or in JSON.
fn field(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message
        .get_field_by_name(name)
        .or_else(|| message.get_field_by_json_name(name))
}

fn entries(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(entries) => entries.iter().collect(),
        value => vec![value],
    }
}

impl Filter {
    /// Whether a document, as it is kept, passes.
    pub fn passes(&self, document: &Value) -> bool {
        holds(&self.0, document)
    }
}

fn holds(expression: &Expression, document: &Value) -> bool {
    match expression {
        Expression::All(parts) => parts.iter().all(|part| holds(part, document)),
        Expression::Any(parts) => parts.iter().any(|part| holds(part, document)),
        Expression::Not(part) => !holds(part, document),
        Expression::Anywhere(text) => is_anywhere(text, document),
        Expression::Compares(path, comparator, literal) => {
            let values = path.values(document);
            match (comparator, literal) {
                (Comparator::Has, Literal::Anything) => !values.is_empty(),
                (Comparator::Differs, literal) => !values.iter().any(|value| is(value, literal)),
                (Comparator::Is, literal) => values.iter().any(|value| is(value, literal)),
                (Comparator::Has, literal) => values.iter().any(|value| has(value, literal)),
                (comparator, literal) => values.iter().any(|value| {
                    compare_literal(value, literal).is_some_and(|order| comparator.admits(order))
                }),
            }
        }
    }
}

fn is_anywhere(text: &str, value: &Value) -> bool {
    match value {
        Value::String(said) => contains(said, text),
        Value::Array(entries) => entries.iter().any(|entry| is_anywhere(text, entry)),
        Value::Object(fields) => fields.values().any(|field| is_anywhere(text, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn contains(said: &str, text: &str) -> bool {
    said.to_lowercase().contains(&text.to_lowercase())
}

/// `=`: the same; a text may begin or end with `*`.
fn is(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (_, Literal::Anything) => true,
        (Value::String(said), Literal::Text(text)) => {
            let inner = |text: &str| text.trim_matches('*').to_owned();
            match (text.starts_with('*'), text.ends_with('*')) {
                (false, false) => said == text,
                (true, false) => said.ends_with(&inner(text)),
                (false, true) => said.starts_with(&inner(text)),
                (true, true) => said.contains(&inner(text)),
            }
        }
        (value, literal) => compare_literal(value, literal) == Some(Ordering::Equal),
    }
}

/// `:`: texts have what they contain.
fn has(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::String(said), Literal::Text(text)) => contains(said, text),
        (Value::Object(fields), Literal::Text(text)) => fields.contains_key(text.as_str()),
        (value, literal) => is(value, literal),
    }
}

/// How a value compares with a literal; `None` where they are of different kinds. ISO 8601 dates compare as texts.
fn compare_literal(value: &Value, literal: &Literal) -> Option<Ordering> {
    let Literal::Text(text) = literal else { return None };
    match value {
        Value::String(said) => Some(said.as_str().cmp(text)),
        Value::Bool(said) => text.parse().ok().map(|text: bool| said.cmp(&text)),
        Value::Number(said) => said.as_f64()?.partial_cmp(&text.parse().ok()?),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Order {
    /// Reads `title, effective.from desc`.
    pub fn parse(kind: ResourceKind, text: &str) -> Result<Self, String> {
        let mut fields = Vec::new();
        for part in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            let mut words = part.split_whitespace();
            let (name, direction) = (words.next().unwrap_or_default(), words.next());
            let direction = match direction {
                None | Some("asc") => Direction::Ascending,
                Some("desc") => Direction::Descending,
                Some(other) => return Err(format!("`{other}` is neither `asc` nor `desc`")),
            };
            if words.next().is_some() || fields.len() == MOST_FIELDS {
                return Err("names at most 8 fields, each with `desc` where wanted".to_owned());
            }
            fields.push((Path::of(kind, name)?, direction));
        }
        Ok(Self(fields))
    }

    /// Whether it names no field.
    pub fn is_by_name(&self) -> bool {
        self.0.is_empty()
    }

    /// Which of two documents comes first. What is not set comes before what is.
    pub fn compare(&self, one: &Value, other: &Value) -> Ordering {
        let by = |(path, direction): &(Path, Direction)| {
            let first = |document: &Value| path.values(document).first().map(|value| (*value).clone());
            let order = compare_values(first(one).as_ref(), first(other).as_ref());
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        };
        self.0
            .iter()
            .map(by)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

fn compare_values(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => one
            .as_f64()
            .partial_cmp(&other.as_f64())
            .unwrap_or(Ordering::Equal),
        (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
        (one, other) => {
            let text = |value: Option<&Value>| value.map(ToString::to_string);
            text(one).cmp(&text(other))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(filter: &str) -> bool {
        let document = serde_json::json!({
            "name": "registers/koko/activities/chat", "title": "Chat with members",
            "legalBases": [{"article6": "eu-gdpr:A6-1-b"}, {"article6": "eu-gdpr:A6-1-f"}],
            "effective": {"from": "2025-03-01"}, "state": "ACTIVE",
        });
        Filter::parse(ResourceKind::Activity, filter)
            .unwrap()
            .passes(&document)
    }

    #[test]
    fn filters_are_read_as_the_aip_says() {
        for (filter, expected) in [
            (r#"title = "Chat with members""#, true),
            ("title = Chat*", true),
            ("title = *members AND state = ACTIVE", true),
            ("title = *members AND NOT state = ACTIVE", false),
            ("title:chat -state:ACTIVE", false),
            ("legal_bases.article_6 = eu-gdpr:A6-1-f", true),
            ("legal_bases.article_6 != eu-gdpr:A6-1-f", false),
            ("legal_bases.article_6 = eu-gdpr:A6-1-a", false),
            ("effective.from >= 2025-01-01", true),
            ("effective.from < \"2025-01-01\"", false),
            ("effective:* retention:*", false),
            // OR binds before AND.
            ("state = CLOSED AND title:chat OR title:members", false),
            ("(state = CLOSED AND title:chat) OR title:members", true),
            ("MEMBERS", true),
            ("pension", false),
            ("", true),
        ] {
            assert_eq!(passes(filter), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_says_why() {
        for (filter, expected) in [
            ("titel = x", "`titel` is not a field of ProcessingActivity"),
            ("title.x = y", "`title.x` leads into a field without fields"),
            ("title =", "a value is missing at the end"),
            ("(title = x", "`)` is missing at the end"),
            ("title = \"x", "a quote is not closed"),
            ("title = x )", "`)` closes nothing"),
            ("AND", "`AND` stands where a field is expected"),
        ] {
            let said = Filter::parse(ResourceKind::Activity, filter).unwrap_err();
            assert_eq!(said, expected, "{filter}");
        }
        let deep = "(".repeat(40) + "title = x" + &")".repeat(40);
        assert_eq!(
            Filter::parse(ResourceKind::Activity, &deep).unwrap_err(),
            "is nested too deeply"
        );
    }

    #[test]
    fn orders_name_fields() {
        let order = Order::parse(ResourceKind::Activity, "effective.from desc, title").unwrap();
        let document =
            |from: &str, title: &str| serde_json::json!({"effective": {"from": from}, "title": title});
        let mut list = [
            document("2024-01-01", "a"),
            document("2025-01-01", "c"),
            document("2025-01-01", "b"),
        ];
        list.sort_by(|one, other| order.compare(one, other));
        let titles: Vec<&str> = list.iter().filter_map(|value| value["title"].as_str()).collect();
        assert_eq!(titles, ["b", "c", "a"]);
        assert!(Order::parse(ResourceKind::Activity, "title down").is_err());
        assert!(Order::parse(ResourceKind::Activity, "titel").is_err());
    }
}
