//! What the linter finds in the example registers is what somebody found who read the documents first.
//!
//! `lint/*.yaml` was written by hand from each document: everything that the record lacks, and nothing else.

use std::{collections::BTreeSet, fs, path::Path};

use ropa::{
    document::manifest,
    pb::{LintRequest, LintResponse, lint_finding::Code, report_service_client::ReportServiceClient},
};
use serde::Deserialize;

use crate::app::{App, Engine};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    /// `register`, or a resource below it such as `activities/chat`.
    at: String,
    #[serde(default)]
    detail: String,
    because: String,
}

/// The codes that were looked for by hand.
const BY_HAND: [Code; 24] = [
    Code::ControllerContactMissing,
    Code::DpoContactMissing,
    Code::RepresentativeMissing,
    Code::JointControllerContactMissing,
    Code::PurposeMissing,
    Code::SubjectsMissing,
    Code::DataMissing,
    Code::RecipientsNotStated,
    Code::TransfersNotStated,
    Code::TransferCountryMissing,
    Code::SafeguardsMissing,
    Code::RetentionMissing,
    Code::RetentionUnresolved,
    Code::MeasuresMissing,
    Code::LegalBasisNotRecorded,
    Code::Art9ExceptionNotRecorded,
    Code::Art10GroundNotRecorded,
    Code::NidGroundNotRecorded,
    Code::LawRefMissing,
    Code::LegitimateInterestNotStated,
    Code::ProcessorContractNotRecorded,
    Code::NoneBesideList,
    Code::RightNotStated,
    Code::SourcesNotStated,
];

async fn lint(app: &App, register: &str) -> LintResponse {
    let request = LintRequest {
        register: register.to_owned(),
        at_revision: 0,
    };
    let mut client = ReportServiceClient::new(app.channel.clone());
    client.lint(request).await.unwrap().into_inner()
}

/// Code and resource, with the details where they are a set of names.
fn known(code: &str, at: &str, detail: &str) -> (String, String, BTreeSet<String>) {
    let names = ["RETENTION_MISSING", "RIGHT_NOT_STATED"].contains(&code);
    let details = detail.split(',').map(|name| name.trim().to_uppercase());
    let details = details.filter(|name| names && !name.is_empty()).collect();
    (code.to_owned(), at.to_owned(), details)
}

async fn finds_what_was_found_by_hand(register: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/lint/{register}.yaml"));
    let value = manifest::read(&fs::read_to_string(file).unwrap())
        .unwrap()
        .remove(0);
    let file: File = serde_json::from_value(value).unwrap();
    assert!(file.expected.iter().all(|expected| !expected.because.is_empty()));
    let mut expected: Vec<_> = file
        .expected
        .iter()
        .map(|expected| known(&expected.code, &expected.at, &expected.detail))
        .collect();
    let app = App::with_examples(Engine::Sqlite).await;
    let answer = lint(&app, register).await;
    let base = format!("registers/{register}");
    let mut found: Vec<_> = answer
        .findings
        .iter()
        .filter(|finding| BY_HAND.contains(&finding.code()))
        .map(|finding| {
            let place = finding.place.split(['#', ' ']).next().unwrap();
            let at = place.strip_prefix(&base).unwrap().trim_start_matches('/');
            let at = if at.is_empty() { "register" } else { at };
            known(finding.code().as_str_name(), at, &finding.detail)
        })
        .collect();
    expected.sort();
    found.sort();
    let missed: Vec<_> = expected.iter().filter(|one| !found.contains(one)).collect();
    let invented: Vec<_> = found.iter().filter(|one| !expected.contains(one)).collect();
    assert!(
        missed.is_empty() && invented.is_empty(),
        "missed: {missed:#?}\ninvented: {invented:#?}"
    );
    assert_eq!(found.len(), expected.len(), "something is told twice");
}

#[tokio::test]
async fn what_koko_lacks_is_found() {
    finds_what_was_found_by_hand("koko").await;
}

#[tokio::test]
async fn what_min_a_kasse_lacks_is_found() {
    finds_what_was_found_by_hand("min-a-kasse").await;
}

#[tokio::test]
async fn what_pfa_lacks_is_found() {
    finds_what_was_found_by_hand("pfa").await;
}

#[tokio::test]
async fn what_forsakringskassan_lacks_is_found() {
    finds_what_was_found_by_hand("forsakringskassan").await;
}

/// Gaps that no example has: each is told where it is, and what only looks like one is not.
#[tokio::test]
async fn gaps_of_a_made_up_record_are_found() {
    let app = App::start(Engine::Sqlite).await;
    let manifest = "
register:
  name: registers/shop
  title: Shop
  controller: {legal_name: Shop Ltd, country: DK, time_zone: Europe/Copenhagen, public_role: PRIVATE}
recipients:
  - {name: registers/shop/recipients/partner, title: Partner, kinds: [dpv:Organisation]}
activities:
  - name: registers/shop/activities/orders
    title: Orders
    role: JOINT_CONTROLLER
    subjects: [{subject: dpv:Customer}]
    data_uses:
      - {data: [pd:Name], sources: [ropa:DataSubjectSelf]}
      - {data: [pd:Language], raised_to: SPECIAL}
    disclosures: [{recipients: [ropa:Bank], countries: [US]}]
    opt_outs: [{scope: {recipients: [partner]}}]
    retention:
      - {event: ropa:ContractEnded, period: P1Y, limit: MINIMUM, scope: {data: [pd:Name]}}
      - {event: ropa:ContractEnded, period: P1Y, scope: {data_classes: [SPECIAL]}}
    extents: [{list: SOURCES, says: NONE}, {list: TRANSFERS, says: NONE}]
";
    let document = manifest::read(manifest).unwrap().remove(0);
    let (document, mistakes) = ropa::document::json::read_written("RegisterDocument", document, "");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    app.apply(document).await.unwrap();
    let findings = lint(&app, "shop").await.findings;
    let told = |code: Code| -> Vec<&str> {
        let told = findings.iter().filter(|finding| finding.code() == code);
        told.map(|finding| finding.detail.as_str()).collect()
    };
    assert_eq!(told(Code::JointControllerContactMissing), [""]);
    assert_eq!(
        told(Code::RetentionMissing),
        ["pd:Name"],
        "a shortest period is no limit"
    );
    assert_eq!(
        told(Code::NoneBesideList).len(),
        2,
        "sources and transfers: {findings:?}"
    );
    assert_eq!(told(Code::RecipientUnused), [""; 0], "an opt-out names it");
    assert!(
        !told(Code::LawUnconfirmed)
            .iter()
            .any(|law| law.contains("authorities")),
        "law for authorities says nothing to a private body"
    );
}
