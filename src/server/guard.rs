//! What stands around every call: a bound on calls at once, a deadline, and a net under panics. One layer, no span and
//! no log line: a check is too cheap for either.

use std::{
    convert::Infallible,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::{body::Body, service::Routes};
use tower::Service;

use crate::grpc::{
    Sizes,
    context::{self, REQUEST_ID, TRACEPARENT},
    error,
};

/// What bounds calls and connections.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of messages.
    pub sizes: Sizes,
    /// Calls at once, over all connections.
    pub calls: usize,
    /// Connections at once.
    pub connections: usize,
    /// Calls at once on one connection.
    pub streams_per_connection: u32,
    /// How long a unary call may take.
    pub call_time: Duration,
    /// How long a client may take to send the preface of HTTP/2.
    pub handshake: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sizes: Sizes::default(),
            calls: 1024,
            connections: 4096,
            streams_per_connection: 100,
            call_time: Duration::from_secs(10),
            handshake: Duration::from_secs(5),
        }
    }
}

/// The services behind the guard.
#[derive(Clone, Debug)]
pub struct Guard {
    routes: Routes,
    calls: Arc<AtomicUsize>,
    most_calls: usize,
    call_time: Duration,
}

impl Guard {
    /// Guards these services.
    pub fn new(routes: Routes, limits: &Limits) -> Self {
        Self {
            routes,
            calls: Arc::default(),
            most_calls: limits.calls,
            call_time: limits.call_time,
        }
    }
}

/// One call; dropping it makes room for another.
struct Call(Arc<AtomicUsize>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer: the call goes on until it has been sent or given up.
struct Answer {
    body: Body,
    _call: Option<Call>,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Service<Request<hyper::body::Incoming>> for Guard {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<hyper::body::Incoming>) -> Self::Future {
        // Whoever asks whether the server lives is answered however busy it is, may watch for ever, and takes nobody's place.
        let is_health = request.uri().path().starts_with(HEALTH);
        let call = if is_health {
            None
        } else {
            let before = self.calls.fetch_add(1, Ordering::Relaxed);
            let call = Call(Arc::clone(&self.calls));
            if before >= self.most_calls {
                return Box::pin(async { Ok(error::overloaded().into_http()) });
            }
            Some(call)
        };
        let deadline = deadline(request.headers()).map_or(self.call_time, |asked| asked.min(self.call_time));
        if is_health || request.uri().path().starts_with(DECISIONS) {
            // A check leaves no line in a log, so it is called something only where its caller calls it so.
            let headers = request.headers();
            let is_called = headers.contains_key(REQUEST_ID) || headers.contains_key(TRACEPARENT);
            let context = is_called.then(|| context::Context::of(headers, Instant::now() + deadline));
            let answer = bounded(deadline, self.routes.call(request.map(Body::new)));
            return Box::pin(async move {
                let mut response = answer.await;
                if let Some(context) = context {
                    context.tell(response.headers_mut());
                }
                Ok(response.map(|body| Body::new(Answer { body, _call: call })))
            });
        }
        let context = context::Context::of(request.headers(), Instant::now() + deadline);
        let answer = bounded(deadline, self.routes.call(request.map(Body::new)));
        Box::pin(async move {
            let mut response = context.clone().around(answer).await;
            context.tell(response.headers_mut());
            Ok(response.map(|body| Body::new(Answer { body, _call: call })))
        })
    }
}

/// The answer of a call, in time and whatever happens.
async fn bounded(
    deadline: Duration,
    answer: impl Future<Output = Result<Response<Body>, Infallible>>,
) -> Response<Body> {
    let caught = AssertUnwindSafe(answer).catch_unwind();
    match tokio::time::timeout(deadline, caught).await {
        Ok(Ok(Ok(response))) => own_shape(response),
        Ok(Ok(Err(never))) => match never {},
        // The panic hook has logged where.
        Ok(Err(_)) => error::internal().into_http(),
        Err(_) => error::timed_out().into_http(),
    }
}

/// Where checks are asked.
const DECISIONS: &str = "/ropa.v1.DecisionService/";

/// Where probes ask.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// The caller's deadline (`grpc-timeout`: up to eight digits and a unit).
fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount.saturating_mul(3600))),
        "M" => Some(Duration::from_secs(amount.saturating_mul(60))),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// What tonic answers by itself, without details, gets our shape: an oversized message is OUT_OF_RANGE there, a body that
/// is none INTERNAL, a method that is not there UNIMPLEMENTED.
fn own_shape(response: Response<Body>) -> Response<Body> {
    let headers = response.headers();
    if headers.contains_key("grpc-status-details-bin") {
        return response;
    }
    match headers.get("grpc-status").map(|code| code.as_bytes()) {
        Some(b"11") => error::too_large().into_http(),
        Some(b"12") => error::unknown_method().into_http(),
        Some(b"13") => error::malformed().into_http(),
        _ => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_read_as_grpc_writes_them() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            deadline(&headers)
        };
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("3S"), Some(Duration::from_secs(3)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(359_999_996_400)));
        for text in ["", "5", "S", "5x", "-1S", "5é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
