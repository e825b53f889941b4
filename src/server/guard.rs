//! What stands around every call: who calls, a bound on calls at once, a deadline, a net under panics, and what is counted of
//! it. One layer and no log line: a check is too cheap for more.

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

use futures_util::FutureExt as _;
use http::{HeaderMap, Request, Response};
use tokio::sync::watch;
use tonic::{body::Body, service::Routes};
use tower::Service;

use super::{
    door::{Door, Refused},
    measured::Measured,
};
use crate::{
    access::{self, Caller, Certificate, Method, Permission},
    grpc::{
        Sizes,
        context::{self, REQUEST_ID, TRACEPARENT},
        error,
    },
    telemetry::{
        metrics::{Metrics, Refusal},
        traces::Traces,
    },
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
    /// How long a connection lives, give or take a tenth; none: for ever.
    pub connection_age: Option<Duration>,
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
            connection_age: Some(Duration::from_mins(10)),
        }
    }
}

/// What all connections share.
#[derive(Debug)]
pub struct Shared {
    /// Who is let in.
    pub door: Door,
    /// What is counted.
    pub metrics: Metrics,
    /// Where spans go, if they go anywhere.
    pub traces: Option<Traces>,
    /// Turns true when the server stops.
    pub stopped: watch::Receiver<bool>,
    calls: Arc<AtomicUsize>,
    most_calls: usize,
    call_time: Duration,
}

impl Shared {
    /// What is shared by connections within these limits.
    pub fn new(
        door: Door,
        metrics: Metrics,
        traces: Option<Traces>,
        stopped: watch::Receiver<bool>,
        limits: &Limits,
    ) -> Self {
        Self {
            door,
            metrics,
            traces,
            stopped,
            calls: Arc::default(),
            most_calls: limits.calls,
            call_time: limits.call_time,
        }
    }

    /// A place among the calls; none if there are as many as may be.
    fn place(&self) -> Option<Call> {
        let before = self.calls.fetch_add(1, Ordering::Relaxed);
        let call = Call(Arc::clone(&self.calls));
        (before < self.most_calls).then_some(call)
    }
}

/// The services behind the guard, for one connection.
#[derive(Clone, Debug)]
pub struct Guard {
    routes: Routes,
    shared: Arc<Shared>,
    /// Whose connection it is, as TLS has it.
    peer: Option<Arc<Certificate>>,
}

impl Guard {
    /// Guards these services.
    pub const fn new(routes: Routes, shared: Arc<Shared>) -> Self {
        Self {
            routes,
            shared,
            peer: None,
        }
    }

    /// The guard of a connection of this client.
    pub fn of(&self, peer: Option<Arc<Certificate>>) -> Self {
        Self { peer, ..self.clone() }
    }

    /// Lets a call in, or answers why not.
    fn enter(
        &self,
        method: Option<&'static Method>,
        headers: &HeaderMap,
    ) -> Result<(Option<Arc<Caller>>, Option<Call>), Refused> {
        let caller = self.shared.door.enter(method, headers, self.peer.as_deref())?;
        // Whoever asks whether the server lives is answered however busy it is, may watch for ever, and takes nobody's place.
        if method.is_some_and(|method| method.permission == Permission::Open) {
            return Ok((caller, None));
        }
        let Some(call) = self.shared.place() else {
            self.shared.metrics.refused(Refusal::Overloaded, 1);
            return Err(Refused::Overloaded);
        };
        Ok((caller, Some(call)))
    }
}

/// The place of a call; dropping it makes room for another.
#[derive(Debug)]
pub struct Call(Arc<AtomicUsize>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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
        let mut request = request.map(Body::new);
        let method = access::find(request.uri().path());
        let mut measured = Measured::begin(&self.shared, method);
        let (caller, call) = match self.enter(method, request.headers()) {
            Ok(entered) => entered,
            Err(refused) => {
                let response = match refused {
                    Refused::CallerUnknown => error::caller_unknown(),
                    Refused::NotPermitted(permission) => error::not_permitted(permission),
                    Refused::Overloaded => error::overloaded(),
                };
                let response = measured.around(None, response.into_http());
                return Box::pin(async { Ok(response) });
            }
        };
        let span = caller.as_ref().and_then(|_| measured.trace(request.headers()));
        let deadline = deadline(request.headers());
        let deadline = deadline.map_or(self.shared.call_time, |asked| asked.min(self.shared.call_time));
        // A check leaves no line in a log, so it is called something only where its caller calls it so.
        let headers = request.headers();
        let is_silent = method.is_some_and(|method| {
            matches!(method.permission, Permission::Open | Permission::Check)
                && span.is_none()
                && !headers.contains_key(REQUEST_ID)
                && !headers.contains_key(TRACEPARENT)
        });
        let context = (!is_silent).then(|| context::Context::of(headers, Instant::now() + deadline, span));
        if let Some(caller) = &caller {
            request.extensions_mut().insert(Arc::clone(caller));
        }
        let answer = bounded(deadline, self.routes.call(request));
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let Some(context) = context else {
                return Ok(measured.around(call, answer.await));
            };
            let mut response = context.clone().around(answer).await;
            context.tell(response.headers_mut());
            if is_denied(&response) {
                // What is asked for in the message may need more than the method does.
                let actor = caller.map(|caller| Arc::clone(&caller.name));
                shared.door.refuse(Refusal::PermissionDenied, method, actor);
            }
            Ok(measured.around(call, response))
        })
    }
}

/// Whether the handler has refused the caller.
fn is_denied(response: &Response<Body>) -> bool {
    let code = response.headers().get("grpc-status");
    code.is_some_and(|code| code.as_bytes() == b"7")
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
