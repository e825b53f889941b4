//! What is known of a call beside its message: until when the caller waits, what it calls the request, and the trace that it
//! is part of (W3C Trace Context).

use std::{future::Future, time::Instant};

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::telemetry::traces::{Parent, Span};

/// What callers call a request, for their logs and ours.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The trace that a call is part of, and its place in it.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    static CONTEXT: Context;
}

/// What is known of a call.
#[derive(Clone, Debug)]
pub struct Context {
    /// When the caller gives up.
    pub deadline: Instant,
    /// What the caller calls the request; else what we call it.
    pub request_id: String,
    /// The trace, and this call in it.
    pub trace: Trace,
}

/// A place in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// This call: 16 hexadecimal digits.
    pub span_id: String,
    /// Whether the caller records the trace.
    pub sampled: bool,
}

impl Context {
    /// The context of a call with these headers; its place in the trace is that of its span, if it is recorded.
    pub fn of(headers: &HeaderMap, deadline: Instant, span: Option<&Span>) -> Self {
        let given = headers.get(REQUEST_ID).and_then(request_id);
        Self {
            deadline,
            request_id: given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned),
            trace: match span {
                Some(span) => Trace::recorded(span),
                None => parent(headers).map_or_else(Trace::begin, Trace::below),
            },
        }
    }

    /// Says in an answer what the call was called, and where it stands in its trace.
    pub fn tell(&self, headers: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::try_from(&self.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Ok(trace) = HeaderValue::try_from(self.trace.to_string()) {
            headers.insert(TRACEPARENT, trace);
        }
    }

    /// Runs a call in its context.
    pub async fn around<T>(self, call: impl Future<Output = T>) -> T {
        CONTEXT.scope(self, call).await
    }

    /// The context of the call that is running, if it has one.
    pub fn current() -> Option<Self> {
        CONTEXT.try_with(Clone::clone).ok()
    }
}

/// A request id that can stand in a log: at most 128 visible characters.
fn request_id(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_fit = !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_fit.then_some(text)
}

/// The caller's place in a trace, if it says one: `00-{trace}-{parent}-{flags}`.
pub fn parent(headers: &HeaderMap) -> Option<Parent> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    // A later version may have more behind; version 00 has not.
    let more = parts.next().is_some();
    let fits = is_hex(version, 2)
        && version != "ff"
        && !(version == "00" && more)
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2);
    let (trace_id, span_id) = (
        u128::from_str_radix(trace, 16).ok()?,
        u64::from_str_radix(parent, 16).ok()?,
    );
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    (fits && trace_id != 0 && span_id != 0).then_some(Parent {
        trace_id,
        span_id,
        sampled,
    })
}

impl Trace {
    /// A place below the caller's.
    fn below(parent: Parent) -> Self {
        Self {
            trace_id: format!("{:032x}", parent.trace_id),
            span_id: span_id(),
            sampled: parent.sampled,
        }
    }

    /// The place of a span that is recorded.
    pub fn recorded(span: &Span) -> Self {
        let (trace_id, span_id) = span.ids();
        Self {
            trace_id,
            span_id,
            sampled: true,
        }
    }

    /// The first place of a trace of our own.
    pub fn begin() -> Self {
        Self {
            trace_id: Uuid::now_v7().simple().to_string(),
            span_id: span_id(),
            sampled: false,
        }
    }
}

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flags = u8::from(self.sampled);
        write!(f, "00-{}-{}-{flags:02x}", self.trace_id, self.span_id)
    }
}

/// Eight bytes that nobody else has: the random half of an id.
fn span_id() -> String {
    let (_, random) = Uuid::now_v7().as_u64_pair();
    format!("{random:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, HeaderValue::from_str(text).unwrap());
        parent(&headers).map(Trace::below)
    }

    #[test]
    fn a_trace_goes_on_below_the_caller() {
        let trace = parsed("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(trace.sampled && trace.span_id != "00f067aa0ba902b7");
        assert_eq!(parsed(&trace.to_string()).unwrap().trace_id, trace.trace_id);
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_can_stand_in_a_log_is_a_request_id() {
        let read = |text: &str| request_id(&HeaderValue::from_str(text).unwrap()).is_some();
        assert!(read("order-17/4"));
        assert!(!read("") && !read("a b") && !read(&"x".repeat(129)));
    }
}
