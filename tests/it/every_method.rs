//! Every method of the contract against requests that are wrong in every field, made from the descriptors: a clear error that
//! says where, never a fault of the server, and nothing changed.

use bytes::Bytes;
use prost_reflect::{
    Cardinality, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
    prost::Message as _,
};
use ropa::{document::json, pb::ListRevisionsRequest, pb::history_service_client::HistoryServiceClient};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    app::{App, Engine, small},
    bad_input::Raw,
};

async fn send(app: &App, method: &MethodDescriptor, bytes: Vec<u8>) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(app.channel.clone());
    client.ready().await.unwrap();
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let request = tonic::Request::new(Bytes::from(bytes));
    let answer = client.unary(request, path.try_into().unwrap(), Raw).await;
    answer.map(tonic::Response::into_inner)
}

/// What may be wrong with a value of a kind.
fn wrong_values(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::String => [
            "x".repeat(5000).as_str(),
            "\u{1}\u{1b}[31m",
            "registers/nowhere/activities/none",
            "registers//",
            "-",
            "../../etc",
            "'; DROP TABLE version; --",
            "2026-02-30",
        ]
        .map(|text| Value::String(text.to_owned()))
        .to_vec(),
        Kind::Bytes => vec![Value::Bytes(Bytes::from_static(&[0xff; 64]))],
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            vec![Value::I32(-1), Value::I32(i32::MAX), Value::I32(i32::MIN)]
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            vec![Value::I64(-1), Value::I64(i64::MAX), Value::I64(i64::MIN)]
        }
        Kind::Enum(_) => vec![Value::EnumNumber(999), Value::EnumNumber(-1)],
        Kind::Bool => vec![Value::Bool(true)],
        // Only in messages that have none.
        _ => Vec::new(),
    }
}

/// Messages with one thing wrong in each, down to a depth.
fn wrong_messages(descriptor: &MessageDescriptor, depth: usize) -> Vec<DynamicMessage> {
    let mut found = Vec::new();
    for field in descriptor.fields() {
        for value in wrong_fields(&field, depth) {
            let mut message = DynamicMessage::new(descriptor.clone());
            message.set_field(&field, value);
            found.push(message);
        }
    }
    found
}

fn wrong_fields(field: &FieldDescriptor, depth: usize) -> Vec<Value> {
    if field.is_map() {
        return Vec::new();
    }
    let single = match field.kind() {
        Kind::Message(inner) if inner.full_name() == "google.protobuf.Timestamp" => {
            let mut time = DynamicMessage::new(inner);
            time.set_field_by_number(1, Value::I64(i64::MAX));
            time.set_field_by_number(2, Value::I32(-5));
            vec![Value::Message(time)]
        }
        Kind::Message(inner) if depth > 0 => {
            let mut all: Vec<Value> = wrong_messages(&inner, depth - 1)
                .into_iter()
                .map(Value::Message)
                .collect();
            all.push(Value::Message(DynamicMessage::new(inner)));
            all
        }
        kind => wrong_values(&kind),
    };
    if field.cardinality() != Cardinality::Repeated {
        return single;
    }
    let many = single.first().map(|value| Value::List(vec![value.clone(); 1100]));
    let lists = single.into_iter().map(|value| Value::List(vec![value]));
    lists.chain(many).collect()
}

/// An error as everybody gets it: one reason of ours, and where it is about the request, where.
fn is_clear(status: &Status) -> Result<(), String> {
    if matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss) {
        return Err(format!("{:?}: {}", status.code(), status.message()));
    }
    let info = status.get_details_error_info().ok_or("no reason is given")?;
    if info.domain != "ropa" {
        return Err(format!("the domain is {}", info.domain));
    }
    let named = status
        .get_details_bad_request()
        .map(|bad| bad.field_violations)
        .unwrap_or_default();
    let has_path = ["INVALID_REQUEST", "UNKNOWN_FIELD"].contains(&info.reason.as_str());
    if has_path
        && named
            .iter()
            .all(|violation| violation.field.is_empty() || violation.description.is_empty())
    {
        return Err(format!("nothing says where: {}", status.message()));
    }
    if status.message().contains(['\u{1}', '\u{1b}']) {
        return Err(format!("control characters come back: {:?}", status.message()));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_is_said_and_changes_nothing() {
    let app = App::start(Engine::Sqlite).await;
    app.apply(small("shop", "Shop")).await.unwrap();
    let pool = json::descriptor("Register").unwrap().parent_pool().clone();
    let methods: Vec<MethodDescriptor> = pool
        .services()
        .filter(|service| service.full_name().starts_with("ropa."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect();
    assert!(methods.len() >= 50, "{} methods", methods.len());
    let (mut sent, mut unclear) = (0, Vec::new());
    for method in &methods {
        let input = method.input();
        let mut requests: Vec<Vec<u8>> = wrong_messages(&input, 3)
            .iter()
            .map(|message| message.encode_to_vec())
            .collect();
        requests.push(Vec::new());
        // A field that nobody knows, and bytes that are nothing.
        requests.push(vec![0xfa, 0x7c, 0x01, b'x']);
        requests.push(vec![0xff; 7]);
        // The largest things are refused by their size alone, and there are very many small ones.
        let step = (requests.len() / 250).max(1);
        for bytes in requests.into_iter().step_by(step) {
            sent += 1;
            if let Err(status) = send(&app, method, bytes).await
                && let Err(why) = is_clear(&status)
            {
                unclear.push(format!("{}: {why}", method.full_name()));
            }
        }
    }
    unclear.sort();
    unclear.dedup();
    assert!(unclear.is_empty(), "{}", unclear.join("\n"));
    assert!(sent > 3000, "only {sent} requests were made");
    let all = ListRevisionsRequest::default();
    let all = HistoryServiceClient::new(app.channel.clone())
        .list_revisions(all)
        .await
        .unwrap();
    let numbers: Vec<i64> = all
        .into_inner()
        .revisions
        .iter()
        .map(|revision| revision.revision)
        .collect();
    assert_eq!(numbers, [1], "nothing was changed");
}
