//! The port for those who watch over the server: health (gRPC, and `/healthz`, `/readyz` for everybody else) and metrics. Without
//! TLS and credentials, because kubelets and scrapers have none, and because nothing of the register is told here.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc, task, time::Duration};

use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use prometheus_client::registry::Registry;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::{body::Body, service::Routes};
use tower::Service;

use super::health::Health;
use crate::telemetry::metrics;

/// Connections at once: some kubelets, some scrapers.
const CONNECTIONS: usize = 64;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let service = TowerToHyperService::new(probes.clone());
        tokio::spawn(async move {
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
            if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!(%error, "a connection for probes ended");
            }
            drop(place);
        });
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
    let kind = http::HeaderValue::from_static(metrics::TEXT);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

impl Service<Request<hyper::body::Incoming>> for Probes {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<hyper::body::Incoming>) -> Self::Future {
        if request.method() == Method::GET {
            let response = self.answer(request.uri().path());
            return Box::pin(async { Ok(response) });
        }
        let answer = self.routes.call(request.map(Body::new));
        Box::pin(answer)
    }
}
