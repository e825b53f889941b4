//! Nothing that the published documents state is lost: every term of theirs has a place in the example registers.
//!
//! `terms/*.csv` lists, in the order of each document, section, code (of a law its number) and role of every mention, and the place in the
//! register that holds it, or why none does.

use std::{fs, path::Path};

use ropa::document::json;
use serde_json::Value;

use crate::app::example;

/// One mention.
struct Row {
    line: usize,
    code: String,
    place: String,
    waiver: String,
}

/// Reads a CSV file with quoted fields.
fn rows(register: &str) -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/terms/{register}.csv"));
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().enumerate();
    assert_eq!(lines.next().unwrap().1, "section,code,role,place,waiver");
    lines
        .map(|(index, line)| {
            let fields = fields(line);
            assert_eq!(fields.len(), 5, "line {}", index + 1);
            let [section, code, role, place, waiver] = fields.try_into().unwrap();
            let said = [&section, &code, &role];
            assert!(said.iter().all(|field| !field.is_empty()), "line {}", index + 1);
            Row {
                line: index + 1,
                code,
                place,
                waiver,
            }
        })
        .collect()
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

/// The value of a place such as `activities/chat#data_uses` in a register document.
fn value<'a>(document: &'a Value, place: &str) -> Option<&'a Value> {
    let (resource, field) = place.split_once('#')?;
    let resource = match resource.split_once('/') {
        None => document.get(resource)?,
        Some((list, id)) => document
            .get(camel(list))?
            .as_array()?
            .iter()
            .find(|entry| entry["name"].as_str().unwrap().ends_with(&format!("/{id}")))?,
    };
    resource.get(camel(field))
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

fn check(register: &str, mentions: usize, waivers: usize) {
    let document: Value =
        serde_json::from_str(&json::write("RegisterDocument", &example(register)).unwrap()).unwrap();
    let rows = rows(register);
    assert_eq!(rows.len(), mentions);
    let mut wrong = Vec::new();
    for Row {
        line,
        code,
        place,
        waiver,
    } in &rows
    {
        if place.is_empty() {
            if waiver.is_empty() {
                wrong.push(format!("line {line}: {code} has neither a place nor a waiver"));
            }
            continue;
        }
        let Some(value) = value(&document, place) else {
            wrong.push(format!("line {line}: there is no {place}"));
            continue;
        };
        // A disclosure is a list of its own; everything else is named by its code, and prose names nothing.
        let is_disclosure = code == "dpv:Disclose" && place.ends_with("#disclosures");
        if !is_disclosure && !without_prose(value).to_string().contains(code.as_str()) {
            wrong.push(format!("line {line}: {code} is not in {place}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let waived = rows.iter().filter(|row| row.place.is_empty()).count();
    assert!(waived <= waivers, "{waived} mentions are waived");
}

/// A value without the texts that people wrote into it.
fn without_prose(value: &Value) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(without_prose).collect(),
        Value::Object(fields) => {
            let said = fields
                .iter()
                .filter(|(name, _)| !["note", "text"].contains(&name.as_str()));
            said.map(|(name, value)| (name.clone(), without_prose(value)))
                .collect()
        }
        value => value.clone(),
    }
}

#[test]
fn every_term_of_koko_has_a_place() {
    check("koko", 233, 10);
}

#[test]
fn every_term_of_min_a_kasse_has_a_place() {
    check("min-a-kasse", 264, 9);
}

#[test]
fn every_term_of_pfa_has_a_place() {
    check("pfa", 902, 11);
}

#[test]
fn every_term_of_forsakringskassan_has_a_place() {
    check("forsakringskassan", 49, 3);
}
