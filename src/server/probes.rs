//! The port for those who watch over the server: health (gRPC, and `/healthz`, `/readyz` for everybody else) and metrics. Without
//! TLS and credentials, because kubelets and scrapers have none, and because nothing of the register is told here.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc, task, time::Duration};

use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use prometheus_client::registry::Registry;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tonic::{body::Body, service::Routes};
use tower::Service;

use super::health::Health;
use crate::telemetry::metrics;

/// Connections at once: some kubelets, some scrapers.
const CONNECTIONS: usize = 64;
/// How long a client may take to say what it wants, and to take the last of its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection lives: whoever keeps one and takes no answer holds its place no longer.
const AGE: Duration = Duration::from_mins(5);

/// What is told there.
#[derive(Clone, Debug)]
pub struct Probes {
    /// `grpc.health.v1` and nothing else.
    pub routes: Routes,
    /// Whether calls may be sent here.
    pub health: Health,
    /// Everything that is counted.
    pub registry: Arc<Registry>,
}

/// Serves them for ever.
pub async fn serve(listener: TcpListener, probes: Probes) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let probes = probes.clone();
        tokio::spawn(async move {
            connection(stream, probes).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, probes: Probes) {
    // Which version of HTTP a client speaks is waited for without end by the library.
    if !matches!(
        tokio::time::timeout(PATIENCE, stream.peek(&mut [0])).await,
        Ok(Ok(1))
    ) {
        return;
    }
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(16)
        .max_local_error_reset_streams(64)
        .max_header_list_size(8 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(probes));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = tokio::time::sleep(AGE) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(PATIENCE, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection for probes ended");
    }
}

impl Probes {
    fn answer(&self, path: &str) -> Response<Body> {
        match path {
            "/healthz" => text(StatusCode::OK, "lives\n"),
            "/readyz" if self.health.is_ready() => text(StatusCode::OK, "ready\n"),
            "/readyz" => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            "/metrics" => match metrics::text(&self.registry) {
                Ok(metrics) => text(StatusCode::OK, metrics),
                Err(_) => text(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the metrics cannot be written\n",
                ),
            },
            _ => text(
                StatusCode::NOT_FOUND,
                "there are /healthz, /readyz and /metrics\n",
            ),
        }
    }
}

fn text(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    let mut response = Response::new(Body::new(http_body_util::Full::from(text.into())));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(metrics::TEXT);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Whether it is a call of gRPC.
fn is_call(request: &Request<hyper::body::Incoming>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    request.method() == Method::POST
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

impl Service<Request<hyper::body::Incoming>> for Probes {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<hyper::body::Incoming>) -> Self::Future {
        if is_call(&request) {
            return Box::pin(self.routes.call(request.map(Body::new)));
        }
        let response = if [Method::GET, Method::HEAD].contains(request.method()) {
            self.answer(request.uri().path())
        } else {
            let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "this is for GET\n");
            refused
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            refused
        };
        Box::pin(async { Ok(response) })
    }
}
