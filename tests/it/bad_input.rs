//! What is wrong with a request is said, all of it, and nothing changes.

use bytes::{Buf as _, BufMut as _, Bytes};
use ropa::pb::{
    ApplyRegisterRequest, CheckRequest, Consent, DataCategory, DataUse, Effective, FindingCode,
    ListRecipientsRequest, Operation, ProcessingActivity, ProcessorUse, Purpose, RegisterDocument,
    RetentionRule, Verdict,
};
use tonic::{
    Code, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tonic_types::StatusExt as _;

use crate::app::{App, EXAMPLES, Engine, small};

/// Sends and receives bytes as they are.
#[derive(Clone, Default)]
pub struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

async fn send(app: &App, method: &'static str, bytes: impl Into<Bytes>) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(app.channel.clone());
    client.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static(method);
    client
        .unary(tonic::Request::new(bytes.into()), path, Raw)
        .await
        .map(|_| ())
}

const CHECK: &str = "/ropa.v1.DecisionService/Check";
const APPLY: &str = "/ropa.v1.RegisterService/ApplyRegister";

/// The reason that an error gives; every error carries exactly one.
fn reason(status: &Status) -> String {
    let details = status.get_error_details_vec();
    let infos: Vec<String> = details
        .iter()
        .filter_map(|detail| match detail {
            tonic_types::ErrorDetail::ErrorInfo(info) => Some(format!("{} {}", info.domain, info.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(infos.len(), 1, "{status:?}");
    infos[0].clone()
}

fn violations(status: &Status) -> Vec<(String, String)> {
    let details = status.get_error_details();
    let named = details
        .bad_request()
        .map(|bad| bad.field_violations.clone())
        .unwrap_or_default();
    named
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

/// A field with this number that holds bytes.
fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::encode_varint(u64::from(number << 3 | 2), &mut bytes);
    prost::encoding::encode_varint(content.len() as u64, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_request_are_refused() {
    let app = App::with_examples(Engine::Sqlite).await;
    let deep = (0..1000).fold(Vec::new(), |inner, _| field(1, &inner));
    let question = field(1, b"koko");
    let unknown = [question.clone(), field(99, b"only anonymised")].concat();
    let unknown_in_consent = [question.clone(), field(17, &field(99, b"x"))].concat();
    let cases: [(&str, &'static str, Vec<u8>, &str); 9] = [
        ("empty question", CHECK, Vec::new(), "ropa INVALID_REQUEST"),
        ("empty document", APPLY, Vec::new(), "ropa INVALID_REQUEST"),
        (
            "truncated",
            CHECK,
            question[..3].to_vec(),
            "ropa UNDECODABLE_REQUEST",
        ),
        (
            "not UTF-8",
            CHECK,
            field(1, &[0xff, 0xfe]),
            "ropa UNDECODABLE_REQUEST",
        ),
        ("unknown field", CHECK, unknown, "ropa UNKNOWN_FIELD"),
        (
            "unknown nested field",
            CHECK,
            unknown_in_consent,
            "ropa UNKNOWN_FIELD",
        ),
        (
            "unknown field in a document",
            APPLY,
            field(1, &field(1, &field(99, b"x"))),
            "ropa UNKNOWN_FIELD",
        ),
        (
            "oversized question",
            CHECK,
            field(1, &vec![b'x'; 17 * 1024]),
            "ropa REQUEST_TOO_LARGE",
        ),
        (
            "oversized document",
            APPLY,
            field(4, &vec![b'x'; 5 * 1024 * 1024]),
            "ropa REQUEST_TOO_LARGE",
        ),
    ];
    for (what, method, bytes, expected) in cases {
        let status = send(&app, method, bytes).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
        assert_eq!(reason(&status), expected, "{what}");
    }
    let status = send(&app, APPLY, deep).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "deeply nested: {status:?}");
    let next = app.apply(small("next", "Next")).await.unwrap();
    assert_eq!(
        next.revision,
        i64::try_from(EXAMPLES.len()).unwrap() + 1,
        "nothing of it changed anything, and the server goes on"
    );
}

#[tokio::test]
async fn every_mistake_of_a_document_is_named() {
    let app = App::start(Engine::Sqlite).await;
    let mut document: RegisterDocument = small("ten", "Ten mistakes");
    document
        .register
        .as_mut()
        .unwrap()
        .controller
        .as_mut()
        .unwrap()
        .time_zone = "Mars/Olympus".to_owned();
    let activity = &mut document.activities[0];
    activity.title = String::new();
    activity.effective = Some(Effective {
        from: "2026-02-30".to_owned(),
        until: String::new(),
    });
    activity.state = 99;
    activity.purposes.push(Purpose {
        id: "orders".to_owned(),
        ..Purpose::default()
    });
    activity.data_uses.push(DataUse {
        data: vec!["pd:Nmae".to_owned()],
        ..DataUse::default()
    });
    activity.data_uses.push(DataUse {
        data: vec!["pd:Name".to_owned()],
        sources: vec!["nobody".to_owned()],
        conditions: vec!["unheard-of".to_owned()],
        ..DataUse::default()
    });
    activity.processors.push(ProcessorUse {
        processor: "nowhere".to_owned(),
        ..ProcessorUse::default()
    });
    activity.retention.push(RetentionRule {
        event: "ropa:ContractEnded".to_owned(),
        period: "3 months".to_owned(),
        ..RetentionRule::default()
    });
    for (id, parent) in [("a", "b"), ("b", "a")] {
        document.data_categories.push(DataCategory {
            name: format!("registers/ten/dataCategories/{id}"),
            title: id.to_owned(),
            broader: vec![parent.to_owned()],
            ..DataCategory::default()
        });
    }
    // A use of the broken terms is no mistake of its own.
    document.activities[0].data_uses[0].data.push("a".to_owned());
    // The same name again, and one of another register.
    let again = ProcessingActivity {
        name: document.activities[0].name.clone(),
        title: "Again".to_owned(),
        ..ProcessingActivity::default()
    };
    let foreign = ProcessingActivity {
        name: "registers/eleven/activities/orders".to_owned(),
        ..again.clone()
    };
    document.activities.extend([again, foreign]);
    let status = app.apply(document).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "ropa INVALID_REQUEST")
    );
    // All of them and nothing else: also what is referred to, although the register and the own terms are broken.
    let mut named: Vec<String> = violations(&status).into_iter().map(|(field, _)| field).collect();
    named.sort();
    let mut expected = [
        "document.register.controller.time_zone",
        "document.activities[0].title",
        "document.activities[0].effective.from",
        "document.activities[0].state",
        "document.activities[0].purposes[1].id",
        "document.activities[0].data_uses[1].data[0]",
        "document.activities[0].data_uses[2].sources[0]",
        "document.activities[0].data_uses[2].conditions[0]",
        "document.activities[0].processors[0].processor",
        "document.activities[0].retention[0].period",
        "document.activities[1].name",
        "document.activities[2].name",
        "document.data_categories[0].broader",
        "document.data_categories[1].broader",
    ];
    expected.sort_unstable();
    assert_eq!(named, expected);
    assert_eq!(
        app.apply(small("one", "One")).await.unwrap().revision,
        1,
        "nothing was changed"
    );
}

#[tokio::test]
async fn every_mistake_of_a_question_is_named() {
    let app = App::with_examples(Engine::Sqlite).await;
    let question = CheckRequest {
        operations: vec![Operation::Use.into(), 77],
        data: vec!["a b".to_owned()],
        recipient: "courts".to_owned(),
        processor: "ninchat".to_owned(),
        country: "Finland".to_owned(),
        events: [("ropa:Visit".to_owned(), "2026-02-30".to_owned())].into(),
        consents: vec![Consent::default()],
        time: Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: -1,
        }),
        attested: vec![FindingCode::RetentionExpired.into()],
        ..CheckRequest::default()
    };
    let status = app.decisions().check(question).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "ropa INVALID_REQUEST")
    );
    let named: Vec<String> = violations(&status).into_iter().map(|(field, _)| field).collect();
    let expected = [
        "register",
        "purpose",
        "operations[1]",
        "data[0]",
        "processor",
        "country",
        "events[\"ropa:Visit\"]",
        "consents[0].state",
        "attested[0]",
        "time",
    ];
    for field in expected {
        assert!(
            named.iter().any(|path| path == field),
            "{field} is not in {named:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_known_is_an_answer_or_not_found() {
    let app = App::with_examples(Engine::Sqlite).await;
    let question = |register: &str, activity: &str, data: &str| CheckRequest {
        register: register.to_owned(),
        activity: activity.to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec![data.to_owned()],
        subjects: vec!["dpv:Member".to_owned()],
        ..CheckRequest::default()
    };
    let status = app
        .decisions()
        .check(question("kok", "chat", "pd:Name"))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::NotFound, "ropa REGISTER_NOT_FOUND")
    );

    let answer = app
        .decisions()
        .check(question("koko", "chatt", "pd:Nmae"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.verdict(), Verdict::Denied);
    let said = |code: FindingCode| {
        answer
            .findings
            .iter()
            .find(|finding| finding.code() == code)
            .map(|finding| finding.message.clone())
            .unwrap()
    };
    assert!(said(FindingCode::ActivityNotRegistered).contains("nearest: `chat`"));
    assert!(said(FindingCode::TermUnknown).contains("nearest: `pd:Name`"));

    let page = ListRecipientsRequest {
        parent: "registers/koko".to_owned(),
        page_size: -1,
        page_token: "registers/forsakringskassan/recipients/x".to_owned(),
        ..ListRecipientsRequest::default()
    };
    let status = app.registers().list_recipients(page).await.unwrap_err();
    assert_eq!(violations(&status).len(), 2, "{status:?}");
}

/// However much is wrong, the answer stays small enough for a client, and hostile texts cost nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_mistakes_is_cut() {
    let app = App::start(Engine::Sqlite).await;
    let mut document = small("flood", "Flood");
    document.activities[0].data_uses = (0..250)
        .map(|number| DataUse {
            data: vec![format!("pd:Unknown{number}")],
            ..DataUse::default()
        })
        .collect();
    let status = app.apply(document).await.unwrap_err();
    let (_, last) = violations(&status).pop().unwrap();
    assert!(last.starts_with("and ") && last.ends_with(" more"), "{last}");

    let mut document = small("long", "Long");
    document.activities[0].data_uses[0].data = vec!["pd:".to_owned() + &"x".repeat(1_000_000)];
    let request = ApplyRegisterRequest {
        document: Some(document),
        ..Default::default()
    };
    let status = app.registers().apply_register(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().len() < 500, "{} bytes", status.message().len());
}

/// A chain of own terms may be neither endless nor bottomless.
#[tokio::test]
async fn own_terms_stand_only_so_deep() {
    let app = App::start(Engine::Sqlite).await;
    let mut document = small("deep", "Deep");
    document.data_categories = (0..40)
        .map(|number| DataCategory {
            name: format!("registers/deep/dataCategories/t{number}"),
            title: "Term".to_owned(),
            broader: vec![if number == 0 {
                "pd:Name".to_owned()
            } else {
                format!("t{}", number - 1)
            }],
            ..DataCategory::default()
        })
        .collect();
    let status = app.apply(document).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
}
