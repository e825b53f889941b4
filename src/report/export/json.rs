//! As JSON: keys in English, whatever the language.

use serde_json::{Map, Value, json};

use super::{
    page::{Field, Page, Said},
    word::Word,
};

/// Writes the page.
pub fn write(page: &Page) -> String {
    let entries: Vec<Value> = page
        .entries
        .iter()
        .map(|entry| {
            let mut fields = fields(&entry.fields);
            fields.insert("id".to_owned(), json!(entry.id));
            fields.insert("title".to_owned(), json!(entry.title));
            let data = entry.data.iter().map(|line| {
                let classes: Vec<&str> = line.classes.iter().map(|class| class.key()).collect();
                json!({"title": line.title, "whose": line.whose, "classes": classes, "retention": value(&line.retention)})
            });
            if !entry.data.is_empty() {
                fields.insert("data".to_owned(), data.collect());
            } else if page.kind == Word::ControllerRecord {
                fields.insert("data".to_owned(), value(&entry.no_data));
            }
            Value::Object(fields)
        })
        .collect();
    let whole = json!({
        "record": page.kind.key(),
        "title": page.title,
        "revision": page.revision,
        "revision_time": page.time,
        "organisation": fields(&page.head),
        "activities": entries,
    });
    format!("{whole:#}\n")
}

fn fields(fields: &[Field]) -> Map<String, Value> {
    let named = fields
        .iter()
        .map(|field| (field.word.key().to_owned(), value(&field.said)));
    named.collect()
}

/// What is not stated and what is said to be none are two different values.
fn value(said: &Said) -> Value {
    match said {
        Said::This(lines) => json!(lines),
        Said::Examples(lines) => json!({"examples": lines}),
        Said::None => json!("none"),
        Said::Nothing => json!("not stated"),
    }
}
