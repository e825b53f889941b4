//! Ways to wrong answers that were found and closed: small records, and questions that would be answered otherwise if
//! one came back. The files in `cases/` hold them by theme.
//!
//! A document has the shape of a `RegisterDocument`. What it leaves out is taken from the `base` of its file; names are
//! written as ids, because each case is a register of its own.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use ropa::{
    document::{json, manifest},
    pb::{ApplyRegisterRequest, CheckRequest, CheckResponse, FindingCode, RegisterDocument},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tonic::{Code, Status};

use crate::app::{App, Engine};

/// The lists of a document and how they are called in names.
const COLLECTIONS: [(&str, &str); 6] = [
    ("activities", "activities"),
    ("data_categories", "dataCategories"),
    ("data_subject_categories", "dataSubjectCategories"),
    ("processors", "processors"),
    ("recipients", "recipients"),
    ("transfers", "transfers"),
];

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: Base,
    cases: Vec<Case>,
}

/// What the cases of a file leave out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    /// Of every document.
    #[serde(default)]
    document: Map<String, Value>,
    /// Of every activity.
    activity: Value,
    /// Of every question.
    question: Map<String, Value>,
}

/// A record and what is asked of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    why: String,
    #[serde(default)]
    document: Map<String, Value>,
    ask: Vec<Ask>,
}

/// A question and its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    #[serde(default)]
    question: Map<String, Value>,
    /// A verdict, or INVALID_ARGUMENT where it is no question.
    expect: String,
    /// Codes that the answer has, as findings, conditions or duties.
    #[serde(default)]
    codes: Vec<String>,
    /// Codes that it does not have.
    #[serde(default)]
    not: Vec<String>,
    /// Until when it holds.
    valid_until: Option<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases")
}

fn file(theme: &str) -> File {
    let text = fs::read_to_string(folder().join(format!("{theme}.yaml"))).unwrap();
    let value = manifest::read(&text).unwrap().remove(0);
    let file: File = serde_json::from_value(value).unwrap_or_else(|error| panic!("{theme}: {error}"));
    let mut ids = BTreeSet::new();
    for case in &file.cases {
        assert!(ids.insert(&case.id), "{theme}: `{}` is used twice", case.id);
        assert!(!case.why.is_empty(), "{theme}: `{}` has no reason", case.id);
        assert!(!case.ask.is_empty(), "{theme}: `{}` asks nothing", case.id);
        for code in case.ask.iter().flat_map(|ask| ask.codes.iter().chain(&ask.not)) {
            assert!(
                FindingCode::from_str_name(code).is_some(),
                "{}: `{code}`",
                case.id
            );
        }
    }
    file
}

/// Gives a part of a document what it leaves out; a list that is written stays as it is.
fn complete(value: &mut Value, base: &Value) {
    let Some(base) = base.as_object() else { return };
    if value.is_null() {
        *value = json!({});
    }
    let value = value.as_object_mut().unwrap();
    for (key, base) in base {
        match value.get_mut(key) {
            Some(own) if own.is_object() => complete(own, base),
            Some(_) => {}
            None => drop(value.insert(key.clone(), base.clone())),
        }
    }
}

fn document(base: &Base, case: &Case) -> RegisterDocument {
    let mut document = Value::Object(case.document.clone());
    complete(&mut document, &Value::Object(base.document.clone()));
    complete(&mut document, &json!({"register": {}, "activities": [{}]}));
    let register = json!({
        "name": format!("registers/{}", case.id),
        "title": case.id,
        "controller": {"legal_name": "Controller", "country": "FI", "time_zone": "Europe/Helsinki"},
    });
    complete(&mut document["register"], &register);
    for (list, collection) in COLLECTIONS {
        let entries = document.get_mut(list).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            if list == "activities" {
                complete(entry, &base.activity);
            }
            let id = entry["name"].as_str().unwrap().to_owned();
            entry["name"] = json!(format!("registers/{}/{collection}/{id}", case.id));
            complete(entry, &json!({"title": id}));
        }
    }
    let (document, mistakes) = json::read_written("RegisterDocument", document, "document");
    assert!(mistakes.is_empty(), "{}: {mistakes:?}", case.id);
    document
}

fn question(base: &Base, case: &Case, ask: &Ask) -> CheckRequest {
    // What is said replaces what the file says, also the events as a whole.
    let mut question = base.question.clone();
    question.extend(ask.question.clone());
    question.insert("register".to_owned(), json!(case.id));
    let (question, mistakes) = json::read_written("CheckRequest", Value::Object(question), "question");
    assert!(mistakes.is_empty(), "{}: {mistakes:?}", case.id);
    question
}

/// What the answer has that was not expected, or lacks.
fn differences(ask: &Ask, answer: Result<CheckResponse, Status>) -> Vec<String> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(status) if status.code() == Code::InvalidArgument && ask.expect == "INVALID_ARGUMENT" => {
            return Vec::new();
        }
        Err(status) => return vec![format!("expected {}, answered {status:?}", ask.expect)],
    };
    let stated = answer.findings.iter().chain(&answer.conditions);
    let found: Vec<&str> = stated
        .map(|finding| finding.code())
        .chain(answer.duties.iter().map(|duty| duty.code()))
        .map(|code| code.as_str_name())
        .collect();
    let verdict = answer.verdict().as_str_name();
    let valid_until = answer.valid_until.map(|instant| instant.to_string());
    let mut differences = Vec::new();
    if verdict != ask.expect {
        differences.push(format!("expected {}, answered {verdict}", ask.expect));
    }
    let is_found = |code: &&String| found.contains(&code.as_str());
    let lacks = ask.codes.iter().filter(|code| !is_found(code));
    differences.extend(lacks.map(|code| format!("lacks {code}")));
    differences.extend(ask.not.iter().filter(is_found).map(|code| format!("has {code}")));
    if ask.valid_until.is_some() && ask.valid_until != valid_until {
        differences.push(format!(
            "is valid until {valid_until:?}, not {:?}",
            ask.valid_until
        ));
    }
    if !differences.is_empty() {
        differences.push(format!("answered {found:?}"));
    }
    differences
}

async fn ask(theme: &str) {
    let file = file(theme);
    let app = App::start(Engine::Sqlite).await;
    let mut report = String::new();
    let mut last = None;
    for case in &file.cases {
        let request = ApplyRegisterRequest {
            document: Some(document(&file.base, case)),
            ..ApplyRegisterRequest::default()
        };
        match app.registers().apply_register(request).await {
            Ok(applied) => last = Some(applied.into_inner()),
            Err(status) => writeln!(report, "{}: {}", case.id, status.message()).unwrap(),
        }
    }
    if let Some(last) = last {
        app.visible(&last.register, last.revision).await;
    }
    let mut client = app.decisions();
    for case in &file.cases {
        for (index, ask) in case.ask.iter().enumerate() {
            let answer = client.check(question(&file.base, case, ask)).await;
            let differences = differences(ask, answer.map(tonic::Response::into_inner));
            if !differences.is_empty() {
                let differences = differences.join("\n    ");
                writeln!(report, "{} ask[{index}]:\n    {differences}", case.id).unwrap();
            }
        }
    }
    let failed = report.lines().filter(|line| !line.starts_with(' ')).count();
    let asked: usize = file.cases.iter().map(|case| case.ask.len()).sum();
    assert!(
        failed == 0,
        "{theme}: {failed} of {asked} answers differ:\n{report}"
    );
}

macro_rules! themes {
    ($($theme:ident)*) => {
        const THEMES: &[&str] = &[$(stringify!($theme)),*];

        $(
            #[tokio::test]
            async fn $theme() {
                ask(stringify!($theme)).await;
            }
        )*
    };
}

themes! {
    attested
    automated
    catalogue
    consent
    data
    denmark
    erasure
    grounds
    minima
    periods
    prohibitions
    purposes
    recipients
    retention
    roles
    special
    unsaid
}

#[test]
fn every_file_of_cases_is_asked() {
    let files = fs::read_dir(folder()).unwrap();
    let mut files: Vec<String> = files
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let asked: Vec<String> = THEMES.iter().map(|theme| format!("{theme}.yaml")).collect();
    assert_eq!(files, asked);
}
