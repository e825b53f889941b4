//! What those see who watch over the server: health, metrics, traces.

use std::{
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::Span,
};
use ropa::pb::{CheckRequest, GetCallerRequest, Operation};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::{Request, Response, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    access::{Guarded, with},
    app::{App, Custom, Database, Engine, Probes, small},
};

fn question() -> CheckRequest {
    CheckRequest {
        register: "shop".to_owned(),
        activity: "orders".to_owned(),
        operations: vec![Operation::Use.into()],
        data: vec!["pd:Name".to_owned()],
        subjects: vec!["dpv:Customer".to_owned()],
        ..CheckRequest::default()
    }
}

/// `GET` as a scraper or kubelet does it: the status line and the body.
async fn get(app: &App, path: &str) -> (String, String) {
    ask(app, "GET", path).await
}

async fn ask(app: &App, method: &str, path: &str) -> (String, String) {
    let mut stream = tokio::net::TcpStream::connect(app.probes.unwrap()).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: probes\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let body = if head.contains("chunked") {
        unchunked(body)
    } else {
        body.to_owned()
    };
    (head.lines().next().unwrap().to_owned(), body)
}

fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((length, more)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        body.push_str(&more[..length]);
        rest = more[length..].strip_prefix("\r\n").unwrap_or_default();
    }
    body
}

fn value(metrics: &str, series: &str) -> Option<f64> {
    let mut lines = metrics.lines().filter_map(|line| line.strip_prefix(series));
    lines.next()?.trim().parse().ok()
}

async fn watched(engine: Engine) -> App {
    let custom = Custom {
        probes: Probes::Port,
        ..Custom::default()
    };
    let app = App::custom(Database::new(engine).await, custom).await;
    app.apply(small("shop", "Shop")).await.unwrap();
    app
}

async fn what_happens_is_counted(engine: Engine) {
    let app = watched(engine).await;
    for _ in 0..3 {
        app.decisions().check(question()).await.unwrap();
    }
    let mut wrong = question();
    wrong.register = "nowhere".to_owned();
    app.decisions().check(wrong).await.unwrap_err();
    let (status, metrics) = get(&app, "/metrics").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let of = |name: &str, more: &str| {
        let labels = "grpc_type=\"unary\",grpc_service=\"ropa.v1.DecisionService\",grpc_method=\"Check\"";
        value(&metrics, &format!("{name}{{{labels}{more}}}"))
    };
    let ok = of("grpc_server_handled_total", ",grpc_code=\"OK\"").unwrap();
    assert!(ok >= 3.0);
    assert_eq!(
        of("grpc_server_handled_total", ",grpc_code=\"NotFound\""),
        Some(1.0)
    );
    assert_eq!(
        of("grpc_server_handled_total", ",grpc_code=\"Internal\""),
        Some(0.0),
        "there from the start"
    );
    assert_eq!(of("grpc_server_started_total", ""), Some(ok + 1.0));
    assert_eq!(of("grpc_server_handling_seconds_count", ""), Some(ok + 1.0));
    assert_eq!(
        value(&metrics, "ropa_decisions_total{verdict=\"PERMITTED\",code=\"\"}"),
        Some(3.0)
    );
    for (series, expected) in [
        ("ropa_snapshot_revision", 1.0),
        ("ropa_snapshot_behind_revisions", 0.0),
        ("ropa_registers", 1.0),
        ("ropa_ready", 1.0),
        ("ropa_unsafe_options{option=\"unsafe-for-a-test\"}", 1.0),
    ] {
        assert_eq!(value(&metrics, series), Some(expected), "{series}\n{metrics}");
    }
    assert!(value(&metrics, "ropa_snapshot_age_seconds").unwrap() < 60.0);
    assert!(value(&metrics, "ropa_snapshot_build_seconds").unwrap() > 0.0);
    assert!(value(&metrics, "ropa_database_connections_open").unwrap() >= 1.0);
    assert!(metrics.contains("ropa_build_info{version="));
    // Labels are of a known set: not one series more for what callers make up.
    let before = metrics.lines().count();
    for number in 0..50 {
        let mut made_up = question();
        made_up.activity = format!("made-up-{number}");
        app.decisions().check(made_up).await.unwrap();
    }
    let (_, metrics) = get(&app, "/metrics").await;
    assert!(
        metrics.lines().count() <= before + 3,
        "{} and then {}",
        before,
        metrics.lines().count()
    );
    is_read_by_prometheus(&metrics);
}

/// Prometheus' own linter, which parses them with Prometheus' own parser.
fn is_read_by_prometheus(metrics: &str) {
    use std::io::Write as _;
    let mut promlint = Command::new("promlint")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promlint is missing: run the tests with `tests/run`, which builds it");
    promlint
        .stdin
        .take()
        .unwrap()
        .write_all(metrics.as_bytes())
        .unwrap();
    let output = promlint.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted_sqlite() {
    what_happens_is_counted(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_counted_postgresql() {
    what_happens_is_counted(Engine::Postgres).await;
}

/// The port for probes answers kubelets and people, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn probes_are_answered_and_nothing_else() {
    let app = watched(Engine::Sqlite).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&app, path).await.0, "HTTP/1.1 200 OK", "{path}");
    }
    assert_eq!(get(&app, "/").await.0, "HTTP/1.1 404 Not Found");
    assert_eq!(ask(&app, "HEAD", "/readyz").await.0, "HTTP/1.1 200 OK");
    assert_eq!(
        ask(&app, "POST", "/readyz").await.0,
        "HTTP/1.1 405 Method Not Allowed"
    );
    let channel = crate::app::connect(app.probes.unwrap()).await;
    for service in [
        "",
        "liveness",
        "readiness",
        "ropa.v1.DecisionService",
        "ropa.v1.RegisterService",
    ] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = HealthClient::new(channel.clone()).check(request).await.unwrap();
        assert_eq!(answer.into_inner().status, 1, "{service}");
    }
    let mut decisions = ropa::pb::decision_service_client::DecisionServiceClient::new(channel);
    let refused = decisions.check(question()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unimplemented);
}

/// Refused callers are counted, and the certificate's end is told.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_certificates_are_told() {
    let custom = Custom {
        probes: Probes::Port,
        ..Custom::default()
    };
    let guarded = Guarded::custom(Engine::Sqlite, custom).await;
    let channel = guarded.connect(None).await.unwrap();
    let mut client = ropa::pb::access_service_client::AccessServiceClient::new(channel);
    client.get_caller(GetCallerRequest {}).await.unwrap_err();
    client
        .get_caller(with("checker", GetCallerRequest {}))
        .await
        .unwrap();
    let (_, metrics) = get(&guarded.app, "/metrics").await;
    assert_eq!(
        value(&metrics, "ropa_calls_refused_total{reason=\"unauthenticated\"}"),
        Some(1.0)
    );
    assert_eq!(
        value(&metrics, "ropa_calls_refused_total{reason=\"permission_denied\"}"),
        Some(0.0)
    );
    let not_after = value(&metrics, "ropa_tls_certificate_not_after_timestamp_seconds").unwrap();
    // What the test's authority issues is valid for very long.
    assert!(not_after > 4_000_000_000.0, "{not_after}");
}

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans;
        let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
        self.0
            .lock()
            .unwrap()
            .extend(scopes.flat_map(|scope| scope.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A caller's trace goes on in the server and reaches the collector; other calls leave none.
#[tokio::test(flavor = "multi_thread")]
async fn a_callers_trace_goes_on_to_the_collector() {
    let collector = Collector::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let service = TraceServiceServer::new(collector.clone());
    let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming),
    );
    let custom = Custom {
        traces: Some(endpoint),
        ..Custom::default()
    };
    let app = App::custom(Database::new(Engine::Sqlite).await, custom).await;
    app.apply(small("shop", "Shop")).await.unwrap();
    app.decisions().check(question()).await.unwrap();
    let traced = |flags: &str| {
        let mut request = Request::new(question());
        let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        request
            .metadata_mut()
            .insert("traceparent", parent.parse().unwrap());
        request
    };
    let answer = app.decisions().check(traced("01")).await.unwrap();
    let told = answer
        .metadata()
        .get("traceparent")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    app.decisions().check(traced("00")).await.unwrap();
    let mut wrong = traced("01");
    wrong.get_mut().register = "nowhere".to_owned();
    app.decisions().check(wrong).await.unwrap_err();
    for _ in 0..100 {
        if collector.0.lock().unwrap().len() >= 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let spans = collector.0.lock().unwrap().clone();
    assert_eq!(spans.len(), 2, "{spans:#?}");
    for span in &spans {
        assert_eq!(span.name, "ropa.v1.DecisionService/Check");
        assert_eq!(hex(&span.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(hex(&span.parent_span_id), "00f067aa0ba902b7");
    }
    assert_eq!(
        told,
        format!(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01",
            hex(&spans[0].span_id)
        )
    );
    let status = |span: &Span| {
        let attribute = span
            .attributes
            .iter()
            .find(|attribute| attribute.key == "rpc.response.status_code");
        format!("{:?}", attribute.unwrap().value)
    };
    assert!(status(&spans[0]).contains("\"OK\""));
    assert!(status(&spans[1]).contains("NOT_FOUND"));
}

/// A server that has nothing to serve says so to whoever asks, in every way.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_serve_is_not_ready() {
    let custom = Custom {
        probes: Probes::Port,
        max_staleness: Duration::ZERO,
        ..Custom::default()
    };
    // Whatever was read is too old at once.
    let app = App::custom(Database::new(Engine::Sqlite).await, custom).await;
    let mut last = String::new();
    for _ in 0..200 {
        last = ask(&app, "HEAD", "/readyz").await.0;
        if last == "HTTP/1.1 503 Service Unavailable" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(last, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(
        get(&app, "/healthz").await.0,
        "HTTP/1.1 200 OK",
        "it lives all the same"
    );
}

/// Whoever watches for ever, or connects and says nothing, holds no stop up.
#[tokio::test(flavor = "multi_thread")]
async fn watchers_and_silent_clients_do_not_hold_up_a_stop() {
    let custom = Custom {
        probes: Probes::Port,
        drain: Duration::from_secs(60),
        ..Custom::default()
    };
    let mut app = App::custom(Database::new(Engine::Sqlite).await, custom).await;
    let channel = crate::app::connect(app.address).await;
    let watching = HealthClient::new(channel)
        .watch(HealthCheckRequest::default())
        .await
        .unwrap();
    let mut watching = watching.into_inner();
    assert!(watching.message().await.unwrap().is_some());
    let _silent = tokio::net::TcpStream::connect(app.address).await.unwrap();
    // The other connection of the test would not be closed before it is dropped.
    app.channel = tonic::transport::Channel::from_static("http://127.0.0.1:1").connect_lazy();
    let watched = tokio::spawn(async move { while let Ok(Some(_)) = watching.message().await {} });
    let began = std::time::Instant::now();
    tokio::task::spawn_blocking(move || drop(app)).await.unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "the whole of the drain was waited for"
    );
    watched.await.unwrap();
}
