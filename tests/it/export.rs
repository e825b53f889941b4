//! The record for the authority: every item of Art. 30(1) and 30(2) in each format, and "not stated" where it is not.

use ropa::pb::{
    Contact, ExportRequest, ExportResponse, Principal, ProcessingActivity, ProcessingContract, Transfer,
    export_request::{Format, Record},
    processing_activity::Role,
    processing_contract,
    report_service_client::ReportServiceClient,
};
use tonic::{Code, Status};

use crate::app::{App, Engine, small};

async fn export(app: &App, request: ExportRequest) -> Result<ExportResponse, Status> {
    let mut client = ReportServiceClient::new(app.channel.clone());
    client.export(request).await.map(tonic::Response::into_inner)
}

async fn text(app: &App, register: &str, record: Record, format: Format, language: &str) -> String {
    let request = ExportRequest {
        register: register.to_owned(),
        record: record.into(),
        format: format.into(),
        language: language.to_owned(),
        at_revision: 0,
    };
    String::from_utf8(export(app, request).await.unwrap().content).unwrap()
}

/// Fields of a line of CSV (RFC 4180).
fn lines(csv: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = csv
        .strip_prefix('\u{feff}')
        .expect("a byte order mark")
        .chars()
        .peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'), "lines end with CR and LF");
                line.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut line));
            }
            c => field.push(c),
        }
    }
    assert!(
        field.is_empty() && line.is_empty() && !quoted,
        "the last line ends too"
    );
    lines
}

/// What stands in KOKO's record, item by item of Art. 30(1).
#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_a_controllers_record_is_there() {
    let app = App::with_examples(Engine::Sqlite).await;
    let items = [
        ("(a) controller", "Kassan för högt utbildade KOKO"),
        ("(a) contact", "Banvaktsgatan 2, 00520 Helsingfors"),
        ("(a) officer", "data protection officer"),
        ("(b) purpose", "ropa"),
        ("(c) subjects", "Visitor of a service point"),
        ("(c) data", "Appointment booking"),
        ("(d) recipient", "Tax Administration"),
        ("(d) processor", "Ninchat"),
        ("(f) period", "13 months after: Chat ended"),
        ("(g) measure", "Confidentiality Agreement"),
    ];
    for format in [Format::Html, Format::Csv, Format::Json] {
        let text = text(&app, "koko", Record::ControllerRecord, format, "en").await;
        for (item, said) in items.iter().filter(|(_, said)| *said != "ropa") {
            assert!(text.contains(said), "{format:?} lacks {item}: {said}");
        }
        // Transfers: explicitly none. Purposes of the calendar: not stated.
        assert!(text.contains("not stated") && text.contains("none"), "{format:?}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&text(&app, "koko", Record::ControllerRecord, Format::Json, "sv").await)
            .unwrap();
    let activity = |id: &str| {
        let mut all = json["activities"].as_array().unwrap().iter();
        all.find(|activity| activity["id"] == id).unwrap().clone()
    };
    assert_eq!(activity("appointments")["purposes"], "not stated");
    assert_eq!(activity("appointments")["transfers"], "none");
    assert_eq!(json["organisation"]["representative"], "not stated");

    let html = text(&app, "koko", Record::ControllerRecord, Format::Html, "").await;
    assert!(
        html.contains("<html lang=\"sv\">"),
        "the language of the document"
    );
    assert!(html.contains("Tidsfrister för radering") && html.contains("anges inte"));
    for outside in ["http-equiv", "<script", "src=", "<link"] {
        assert!(!html.contains(outside), "the page needs nothing else: {outside}");
    }

    let csv = lines(&text(&app, "koko", Record::ControllerRecord, Format::Csv, "en").await);
    let (head, rows) = csv.split_first().unwrap();
    assert!(
        rows.iter().all(|row| row.len() == head.len()),
        "every line is complete"
    );
    let column = |name: &str| head.iter().position(|column| column == name).unwrap();
    let chat: Vec<&Vec<String>> = rows
        .iter()
        .filter(|row| row[column("Categories of personal data")] == "Chat transcript")
        .collect();
    assert_eq!(chat.len(), 1, "a line per activity, category and period");
    assert!(chat[0][column("Time limits for erasure")].starts_with("13 months after: Chat ended"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_a_processors_record_is_there() {
    let app = App::start(Engine::Sqlite).await;
    let mut document = small("host", "Hosting Ltd");
    let contact = |email: &str| Contact {
        email: email.to_owned(),
        ..Contact::default()
    };
    document.transfers.push(Transfer {
        name: "registers/host/transfers/support".to_owned(),
        title: "Support at night".to_owned(),
        countries: vec!["IN".to_owned()],
        reference: "Clauses of 2025".to_owned(),
        ..Transfer::default()
    });
    document.activities.push(ProcessingActivity {
        name: "registers/host/activities/hosting".to_owned(),
        title: "=HYPERLINK(\"evil\")".to_owned(),
        role: Role::Processor.into(),
        controllers: vec![Principal {
            legal_name: "Shop & Sons <Ltd>".to_owned(),
            contact: Some(contact("privacy@shop.example")),
            representative: Some(contact("representative@shop.example")),
            data_protection_officer: Some(contact("dpo@shop.example")),
            contract: Some(ProcessingContract {
                state: processing_contract::State::Concluded.into(),
                ..ProcessingContract::default()
            }),
            ..Principal::default()
        }],
        transfers: vec!["support".to_owned()],
        ..ProcessingActivity::default()
    });
    app.apply(document).await.unwrap();
    for format in [Format::Html, Format::Csv, Format::Json] {
        let text = text(&app, "host", Record::ProcessorRecord, format, "en").await;
        for said in [
            "Example Ltd",
            "privacy@shop.example",
            "representative@shop.example",
            "dpo@shop.example",
            "IN",
            "Clauses of 2025",
            "not stated",
        ] {
            assert!(text.contains(said), "{format:?} lacks {said}");
        }
        assert!(
            !text.contains("Customer order"),
            "what it does for itself is in the other record"
        );
    }
    let html = text(&app, "host", Record::ProcessorRecord, Format::Html, "en").await;
    assert!(html.contains("Shop &amp; Sons &lt;Ltd&gt;") && !html.contains("<Ltd>"));
    let csv = lines(&text(&app, "host", Record::ProcessorRecord, Format::Csv, "en").await);
    assert!(
        csv.iter()
            .flatten()
            .all(|cell| !cell.starts_with(['=', '+', '-', '@'])),
        "a spreadsheet carries out nothing"
    );
}

/// A record is exported as it was; what never was is not found.
#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_exported_as_it_was() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = App::start(engine).await;
        for title in ["First title", "Second title"] {
            app.apply(small("past", title)).await.unwrap();
        }
        app.apply(small("other", "Other")).await.unwrap();
        let at = |at_revision| ExportRequest {
            register: "registers/past".to_owned(),
            format: Format::Json.into(),
            at_revision,
            ..ExportRequest::default()
        };
        for (revision, title) in [
            (1, "First title"),
            (2, "Second title"),
            (3, "Second title"),
            (0, "Second title"),
        ] {
            let answer = export(&app, at(revision)).await.unwrap();
            let text = String::from_utf8(answer.content).unwrap();
            assert!(text.contains(title), "at {revision}: {text}");
        }
        assert_eq!(export(&app, at(4)).await.unwrap_err().code(), Code::NotFound);
        let mut before = at(1);
        before.register = "other".to_owned();
        assert_eq!(export(&app, before).await.unwrap_err().code(), Code::NotFound);
    }
}

#[tokio::test]
async fn a_wrong_request_is_told_what_is_wrong() {
    let app = App::start(Engine::Sqlite).await;
    let request = ExportRequest {
        register: "Not A Name".to_owned(),
        format: 99,
        language: "tlh".to_owned(),
        at_revision: -1,
        ..ExportRequest::default()
    };
    let status = export(&app, request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    use tonic_types::StatusExt as _;
    let violations = status
        .get_error_details()
        .bad_request()
        .unwrap()
        .field_violations
        .clone();
    let fields: Vec<&str> = violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(fields, ["register", "at_revision", "format", "language"]);
}

/// What limits an entry or a period is said with it, and a list that is said to be empty is not "not stated".
#[tokio::test(flavor = "multi_thread")]
async fn what_limits_is_said() {
    let app = App::start(Engine::Sqlite).await;
    let manifest = "
register:
  name: registers/shop
  title: Shop
  controller: {legal_name: Shop Ltd, country: DK, time_zone: Europe/Copenhagen}
  conditions: [{id: paid, text: The order is paid.}]
  defaults:
    retention: [{event: ropa:ContractEnded, period: P9Y}]
recipients: [{name: registers/shop/recipients/bank, title: The bank, kinds: [ropa:Bank]}]
activities:
  - name: registers/shop/activities/orders
    title: Orders
    state: RETIRED
    effective: {from: 2020-01-01, until: 2025-01-01}
    description: Goods are sold.
    purposes: [{id: orders, codes: [dpv:CustomerOrderManagement]}]
    subjects: [{subject: dpv:Customer}]
    data_uses:
      - {data: [pd:Name], text: First and last name}
      - {data: [pd:Name], raised_to: SPECIAL}
    legal_bases: [{article_6: eu-gdpr:A6-1-b}]
    disclosures: [{recipients: [bank], countries: [SE], text: For payments}]
    retention:
      - event: ropa:ContractEnded
        limit: MINIMUM
        period: P2Y
        conditions: [paid]
        scope: {subjects: [dpv:Customer]}
        margin: P1M
        end_action: ANONYMISATION
        extensions: [{event: ropa:ClaimReported, period: P3Y}]
  - name: registers/shop/activities/walls
    title: Walls
    extents: [{list: DATA, says: NONE}]
";
    let document = ropa::document::manifest::read(manifest).unwrap().remove(0);
    let (document, mistakes) = ropa::document::json::read_written("RegisterDocument", document, "");
    assert!(mistakes.is_empty(), "{mistakes:?}");
    app.apply(document).await.unwrap();
    let items = [
        "2020-01-01 – 2024-12-31, no longer carried out",
        "Goods are sold.",
        "First and last name",
        "special category",
        "The bank (SE; For payments)",
        "at least 2 years after: Contract ended",
        "then stored only 1 month",
        "prolonged by Claim reported: 3 years",
        "at the end: anonymisation",
        "for: Customer",
        "if: The order is paid.",
        "9 years after: Contract ended",
    ];
    for format in [Format::Html, Format::Csv] {
        let text = text(&app, "shop", Record::ControllerRecord, format, "en").await;
        for said in items {
            assert!(text.contains(said), "{format:?} lacks {said}:\n{text}");
        }
    }
    let json = text(&app, "shop", Record::ControllerRecord, Format::Json, "en").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["activities"][1]["data"], "none");
    assert_eq!(json["activities"][0]["in_effect"][0], items[0]);
}
