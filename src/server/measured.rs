//! What is counted of a call, from its first byte to the last of its answer.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tokio::sync::watch;
use tonic::body::Body;

use super::guard::{Call, Shared};
use crate::{
    access::{Kind, Method},
    grpc::context,
    telemetry::{metrics::Calls, traces::Span},
};

/// The number of the code of calls that ended before they were answered.
const CANCELLED: usize = 1;

/// A call that is measured. Counted as ended when it is dropped.
#[derive(Debug)]
pub struct Measured {
    shared: Arc<Shared>,
    method: Option<&'static Method>,
    began: Instant,
    code: Option<usize>,
    span: Option<Span>,
}

/// The body of an answer: the call goes on until it has been sent or given up.
struct Answer {
    body: Body,
    measured: Measured,
    /// When a stream is ended although it could go on; none for a single message.
    end: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    _call: Option<Call>,
}

/// How long a stream that takes a place among the calls may go on. It is for looking the contract up.
const LONGEST_STREAM: Duration = Duration::from_mins(1);

impl Measured {
    /// Begins to measure. Methods that are not there are not counted, or callers could make series as they like.
    pub fn begin(shared: &Arc<Shared>, method: Option<&'static Method>) -> Self {
        let measured = Self {
            shared: Arc::clone(shared),
            method,
            began: Instant::now(),
            code: None,
            span: None,
        };
        if let Some(calls) = measured.calls() {
            calls.start();
        }
        measured
    }

    /// Begins the span of the call, if it is sampled.
    pub fn trace(&mut self, headers: &HeaderMap) -> Option<&Span> {
        let traces = self.shared.traces.as_ref()?;
        let path = self.method?.path.trim_start_matches('/');
        self.span = traces.begin(path, context::parent(headers));
        self.span.as_ref()
    }

    /// Measures until the answer has been sent; the call keeps its place until then.
    pub fn around(mut self, call: Option<Call>, response: Response<Body>) -> Response<Body> {
        self.look(response.headers());
        let is_stream = self.method.is_some_and(|method| method.kind != Kind::Unary);
        let end = is_stream.then(|| end(self.shared.stopped.clone(), call.is_some()));
        response.map(|body| {
            Body::new(Answer {
                body,
                measured: self,
                end,
                _call: call,
            })
        })
    }

    fn calls(&self) -> Option<&Calls> {
        self.shared.metrics.call(self.method?.index)
    }

    /// The code stands in the headers of an answer without messages, and else in the trailers.
    fn look(&mut self, headers: &HeaderMap) {
        let code = headers.get("grpc-status").and_then(|code| code.to_str().ok());
        if let Some(code) = code.and_then(|code| code.parse().ok()) {
            self.code = Some(code);
        }
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(CANCELLED);
        if let Some(calls) = self.calls() {
            calls.end(code, self.began.elapsed());
            if self.method.is_some_and(|method| method.kind == Kind::Unary) {
                calls.messages(1, u64::from(code == 0));
            }
        }
        if let Some(span) = self.span.take() {
            span.end(code);
        }
    }
}

/// A stream ends with the server, or a graceful stop would wait for it in vain; one that takes a place among the calls ends
/// before.
fn end(mut stopped: watch::Receiver<bool>, takes_place: bool) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let stopping = stopped.wait_for(|stop| *stop);
        if takes_place {
            let _ = tokio::time::timeout(LONGEST_STREAM, stopping).await;
        } else {
            let _ = stopping.await;
        }
    })
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = <Body as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if frame.is_pending()
            && let Some(end) = &mut this.end
            && end.as_mut().poll(context).is_ready()
        {
            this.end = None;
            this.body = Body::empty();
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", http::HeaderValue::from_static("14"));
            this.measured.look(&trailers);
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(trailers) = frame.trailers_ref()
        {
            this.measured.look(trailers);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
