//! What differs between two versions of a resource, field by field.

use serde_json::Value;

use crate::domain::name::ResourceKind;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its path, in the names of the contract: `retention[0].period`.
    pub path: String,
    /// Its value before, as JSON.
    pub before: Option<String>,
    /// Its value after, as JSON.
    pub after: Option<String>,
}

/// What differs between two documents of a kind. Of one that can be erased only where it differs: a difference is printed
/// and kept where nobody erases it.
pub fn of(kind: ResourceKind, before: &str, after: &str) -> Vec<FieldChange> {
    let mut changes = between(before, after);
    if kind.is_erasable() {
        for change in &mut changes {
            (change.before, change.after) = (None, None);
        }
    }
    changes
}

/// What differs between two JSON texts. Texts that are no JSON differ as a whole.
fn between(before: &str, after: &str) -> Vec<FieldChange> {
    let (Ok(before), Ok(after)) = (serde_json::from_str(before), serde_json::from_str(after)) else {
        return vec![FieldChange {
            path: String::new(),
            before: None,
            after: None,
        }];
    };
    let mut changes = Vec::new();
    compare(String::new(), Some(&before), Some(&after), &mut changes);
    changes
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<FieldChange>) {
    match (before, after) {
        (Some(one), Some(other)) if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let field = snake_case(name);
                let path = if path.is_empty() {
                    field
                } else {
                    format!("{path}.{field}")
                };
                compare(path, one.get(name), other.get(name), changes);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => lists(&path, one, other, changes),
        (before, after) => changes.push(FieldChange {
            path,
            before: before.map(ToString::to_string),
            after: after.map(ToString::to_string),
        }),
    }
}

/// What is alike at both ends stands where it stood; between them entries are compared one by one, and what is left over
/// has gone or is new.
fn lists(path: &str, before: &[Value], after: &[Value], changes: &mut Vec<FieldChange>) {
    let alike = |pairs: &mut dyn Iterator<Item = (&Value, &Value)>| {
        pairs.take_while(|(one, other)| one == other).count()
    };
    let head = alike(&mut before.iter().zip(after));
    let tail =
        alike(&mut before.iter().rev().zip(after.iter().rev())).min(before.len().min(after.len()) - head);
    let middle = |list: &[Value]| list.len() - head - tail;
    for index in 0..middle(before).max(middle(after)) {
        let entry = |list: &[Value]| -> Option<Value> {
            let is_there = index < middle(list);
            list.get(head + index).filter(|_| is_there).cloned()
        };
        let (one, other) = (entry(before), entry(after));
        compare(
            format!("{path}[{}]", head + index),
            one.as_ref(),
            other.as_ref(),
            changes,
        );
    }
}

fn snake_case(name: &str) -> String {
    let mut result = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            result.push('_');
        }
        result.push(c.to_ascii_lowercase());
    }
    // The JSON name of `article_6` is `article6`.
    match result.strip_prefix("article") {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => format!("article_{number}"),
        _ => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_fields_as_they_are_written() {
        let changes = between(
            r#"{"title":"A","dataUses":[{"data":["pd:Name"]}],"legalBases":[{"article6":"eu-gdpr:A6-1-c"}]}"#,
            r#"{"title":"B","dataUses":[{"data":["pd:Name","pd:Contact"]}],"legalBases":[{}]}"#,
        );
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(
            paths,
            ["data_uses[0].data[1]", "legal_bases[0].article_6", "title"]
        );
        assert!(between("{}", "{}").is_empty());
    }

    #[test]
    fn what_was_put_into_a_list_or_taken_out_is_told_alone() {
        let told = |before: &str, after: &str| -> Vec<(String, bool, bool)> {
            let list = |entries: &str| format!(r#"{{"laws":[{entries}]}}"#);
            let changes = between(&list(before), &list(after)).into_iter();
            changes
                .map(|change| (change.path, change.before.is_some(), change.after.is_some()))
                .collect()
        };
        let at = |index: usize, before, after| vec![(format!("laws[{index}]"), before, after)];
        assert_eq!(told("1,2,3", "1,3"), at(1, true, false));
        assert_eq!(told("1,3", "1,2,3"), at(1, false, true));
        assert_eq!(told("1,2", "1,2,3"), at(2, false, true));
        assert_eq!(told("1,1", "1"), at(1, true, false));
        assert_eq!(told("1,2,3", "1,4,3"), at(1, true, true));
    }
}
