//! Questions whose answers were written from the published documents, before the evaluator answered them.

use std::{fmt::Write as _, fs, path::Path};

use ropa::{
    document::{json, manifest},
    pb::{CheckRequest, CheckResponse, FindingCode, LawReference, LegalBasis, Scope, Verdict},
};
use serde_json::Value;

use crate::app::{App, Engine};

/// One question file entry.
struct Entry {
    id: String,
    question: CheckRequest,
    expect: String,
    codes: Vec<String>,
    duties: Vec<String>,
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// Every entry of the files that begin with a register's name.
fn entries(register: &str) -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/questions");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.retain(|file| file.file_name().unwrap().to_str().unwrap().starts_with(register));
    files
        .iter()
        .flat_map(|file| {
            let document = manifest::read(&fs::read_to_string(file).unwrap())
                .unwrap()
                .remove(0);
            let register = document["register"].clone();
            document["questions"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |entry| {
                    let id = entry["id"].as_str().unwrap().to_owned();
                    let mut question = entry["question"].clone();
                    question["register"] = register.clone();
                    let (question, mistakes) =
                        json::read_written::<CheckRequest>("CheckRequest", question, "");
                    assert!(mistakes.is_empty(), "{id}: {mistakes:?}");
                    assert!(question.time.is_some(), "{id} has no time");
                    assert!(
                        !entry["rests_on"].as_str().unwrap().is_empty(),
                        "{id} rests on nothing"
                    );
                    Entry {
                        question,
                        expect: entry["expect"].as_str().unwrap().to_owned(),
                        codes: texts(&entry["codes"]),
                        duties: texts(&entry["duties"]),
                        id,
                    }
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn name(code: i32) -> String {
    FindingCode::try_from(code).unwrap().as_str_name().to_owned()
}

/// What the answer has that was not expected, or lacks.
fn differences(entry: &Entry, answer: &CheckResponse) -> Vec<String> {
    let found: Vec<String> = answer
        .findings
        .iter()
        .chain(&answer.conditions)
        .map(|finding| name(finding.code))
        .collect();
    let duties: Vec<String> = answer.duties.iter().map(|duty| name(duty.code)).collect();
    let verdict = answer.verdict().as_str_name();
    let mut differences = Vec::new();
    if verdict != entry.expect {
        differences.push(format!("expected {}, answered {verdict}", entry.expect));
    }
    differences.extend(
        entry
            .codes
            .iter()
            .filter(|code| !found.contains(code))
            .map(|code| format!("lacks {code}")),
    );
    differences.extend(
        entry
            .duties
            .iter()
            .filter(|code| !duties.contains(code))
            .map(|code| format!("lacks duty {code}")),
    );
    if !differences.is_empty() {
        differences.push(format!("answered {found:?}, duties {duties:?}"));
        differences.extend(
            answer
                .findings
                .iter()
                .map(|finding| format!("  {}: {} {:?}", name(finding.code), finding.message, finding.data)),
        );
    }
    differences
}

async fn ask(engine: Engine, register: &str, at_least: usize) {
    let app = App::with_examples(engine).await;
    let entries = entries(register);
    assert!(
        entries.len() >= at_least,
        "only {} questions about {register}",
        entries.len()
    );
    let mut client = app.decisions();
    let mut report = String::new();
    for entry in &entries {
        let answer = client.check(entry.question.clone()).await;
        let answer = answer
            .unwrap_or_else(|status| panic!("{}: {status:?}", entry.id))
            .into_inner();
        let differences = differences(entry, &answer);
        if !differences.is_empty() {
            writeln!(report, "{}:\n    {}", entry.id, differences.join("\n    ")).unwrap();
        }
    }
    let failed = report.lines().filter(|line| !line.starts_with(' ')).count();
    assert!(
        report.is_empty(),
        "{failed} of {} answers differ:\n{report}",
        entries.len()
    );
}

#[tokio::test]
async fn koko_answers_as_its_document_says() {
    ask(Engine::Sqlite, "koko", 35).await;
}

#[tokio::test]
async fn koko_answers_the_same_from_postgresql() {
    ask(Engine::Postgres, "koko", 35).await;
}

#[tokio::test]
async fn forsakringskassan_answers_as_its_document_says() {
    ask(Engine::Sqlite, "forsakringskassan", 12).await;
}

#[tokio::test]
async fn forsakringskassan_answers_the_same_from_postgresql() {
    ask(Engine::Postgres, "forsakringskassan", 12).await;
}

#[tokio::test]
async fn min_a_kasse_answers_as_its_document_says() {
    ask(Engine::Sqlite, "min-a-kasse", 30).await;
}

#[tokio::test]
async fn min_a_kasse_answers_the_same_from_postgresql() {
    ask(Engine::Postgres, "min-a-kasse", 30).await;
}

#[tokio::test]
async fn pfa_answers_as_its_document_says() {
    ask(Engine::Sqlite, "pfa", 45).await;
}

#[tokio::test]
async fn pfa_answers_the_same_from_postgresql() {
    ask(Engine::Postgres, "pfa", 45).await;
}

/// What the record of Min A-kasse lacks for trade-union membership is what an update adds.
#[tokio::test]
async fn an_exception_that_is_added_permits() {
    let app = App::with_examples(Engine::Sqlite).await;
    let entries = entries("min-a-kasse");
    let entry = entries
        .iter()
        .find(|entry| entry.id == "enrol-union-explicit-consent");
    let question = entry.unwrap().question.clone();
    let before = app
        .decisions()
        .check(question.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(before.verdict(), Verdict::Denied);
    assert!(
        before
            .findings
            .iter()
            .any(|finding| finding.code() == FindingCode::Art9ExceptionMissing)
    );
    let mut document = crate::app::example("min-a-kasse");
    let activity = document
        .activities
        .iter_mut()
        .find(|activity| activity.name.ends_with("/membership-and-benefits"));
    activity.unwrap().legal_bases.push(LegalBasis {
        article_6: "eu-gdpr:A6-1-c".to_owned(),
        article_9: "eu-gdpr:A9-2-a".to_owned(),
        laws: vec![LawReference {
            act: "Unemployment Insurance Act".to_owned(),
            provision: String::new(),
        }],
        scope: Some(Scope {
            data: vec!["pd:TradeUnionMembership".to_owned()],
            purposes: vec!["enrolment".to_owned()],
            ..Scope::default()
        }),
        ..LegalBasis::default()
    });
    app.apply(document).await.unwrap();
    let after = app.decisions().check(question).await.unwrap().into_inner();
    assert_eq!(after.verdict(), Verdict::Permitted, "{after:?}");
    assert!(after.revision > before.revision);
}

/// Every activity of the examples has a question that is permitted and one that is refused.
#[test]
fn every_activity_has_a_permitted_and_a_refused_question() {
    for register in ["koko", "forsakringskassan", "min-a-kasse", "pfa"] {
        let entries = entries(register);
        for activity in crate::app::example(register).activities {
            let id = activity.name.rsplit('/').next().unwrap();
            let asked = |verdicts: &[Verdict]| {
                entries.iter().any(|entry| {
                    entry.question.activity == id
                        && verdicts
                            .iter()
                            .any(|verdict| verdict.as_str_name() == entry.expect)
                })
            };
            assert!(
                asked(&[Verdict::Permitted, Verdict::Conditional]),
                "{register} {id}: nothing permitted"
            );
            assert!(asked(&[Verdict::Denied]), "{register} {id}: nothing refused");
        }
    }
}
