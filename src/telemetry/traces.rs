//! Spans of calls, sent to a collector (OTLP over gRPC) for the few that are sampled. A call that is not costs a look at one
//! header.

use std::time::Duration;

use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{
        Span as _, SpanContext, SpanKind, Status, TraceContextExt as _, TraceState, Tracer as _,
        TracerProvider as _,
    },
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider},
};

/// Where spans go.
#[derive(Clone, Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The span of a call. Ends when it is dropped, or as [`Span::end`] says.
#[derive(Debug)]
pub struct Span(opentelemetry_sdk::trace::Span);

/// The caller's place in a trace, as its `traceparent` says (W3C Trace Context).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The trace.
    pub trace_id: u128,
    /// The caller's span.
    pub span_id: u64,
    /// Whether the caller records it.
    pub sampled: bool,
}

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent")]
pub struct Error(#[source] Box<dyn std::error::Error + Send + Sync>);

/// The status of a call, in the attributes of its span. OpenTelemetry is renaming it.
const STATUS: &str = "rpc.response.status_code";
/// Spans that wait to be sent; what is more is lost.
const MOST_WAITING: usize = 4096;

impl Traces {
    /// Sends spans to this collector: those of callers who record their trace, and of others this share. Has to run on a
    /// runtime.
    pub fn new(endpoint: &str, ratio: f64) -> Result<Self, Error> {
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(Duration::from_secs(5))
            .build();
        let exporter = exporter.map_err(|error| Error(error.into()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_scheduled_delay(Duration::from_secs(1))
            .build();
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches)
            .build();
        let resource = Resource::builder()
            .with_service_name("ropa")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
            .with_resource(resource)
            .with_span_processor(processor)
            .build();
        let tracer = provider.tracer("ropa");
        Ok(Self { provider, tracer })
    }

    /// Begins the span of a call of this method (`ropa.v1.DecisionService/Check`), if the call is sampled.
    pub fn begin(&self, method: &'static str, parent: Option<Parent>) -> Option<Span> {
        if parent.is_some_and(|parent| !parent.sampled) {
            return None;
        }
        let above = parent.map(Parent::context).unwrap_or_default();
        let attributes = [
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", method),
        ];
        let builder = self.tracer.span_builder(method);
        let builder = builder.with_kind(SpanKind::Server).with_attributes(attributes);
        let span = builder.start_with_context(&self.tracer, &above);
        span.span_context().is_sampled().then_some(Span(span))
    }

    /// Sends what waits, for no longer than that. Blocks.
    pub fn finish(&self, patience: Duration) {
        if let Err(error) = self.provider.shutdown_with_timeout(patience) {
            tracing::debug!(%error, "the last traces were not sent");
        }
    }
}

impl Parent {
    fn context(self) -> Context {
        let flags = if self.sampled {
            TraceFlags::SAMPLED
        } else {
            TraceFlags::default()
        };
        let (trace, span) = (TraceId::from(self.trace_id), SpanId::from(self.span_id));
        let remote = SpanContext::new(trace, span, flags, true, TraceState::default());
        Context::new().with_remote_span_context(remote)
    }
}

impl Span {
    /// The trace and the span: 32 and 16 hexadecimal digits.
    pub fn ids(&self) -> (String, String) {
        let context = self.0.span_context();
        (context.trace_id().to_string(), context.span_id().to_string())
    }

    /// Ends it with the code of the call. What a caller has done wrong is no error of the server.
    pub fn end(mut self, code: usize) {
        const FAULTS: [usize; 6] = [2, 4, 12, 13, 14, 15];
        self.0.set_attribute(KeyValue::new(STATUS, super::code(code)));
        if FAULTS.contains(&code) {
            self.0
                .set_attribute(KeyValue::new("error.type", super::code(code)));
            self.0.set_status(Status::error(""));
        }
        self.0.end();
    }
}
