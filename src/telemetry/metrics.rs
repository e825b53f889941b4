//! Metrics, as Prometheus reads them. Every label has few values, which are known beforehand.

use std::{fmt, time::Duration};

use prometheus_client::{
    collector::Collector,
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};

/// A method, as `grpc_server_*` names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct MethodLabels {
    /// How messages go: `unary`, `server_stream`, `bidi_stream`.
    pub grpc_type: &'static str,
    /// The full name of the service.
    pub grpc_service: &'static str,
    /// The name of the method.
    pub grpc_method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HandledLabels {
    grpc_type: &'static str,
    grpc_service: &'static str,
    grpc_method: &'static str,
    grpc_code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    verdict: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OptionLabels {
    option: String,
}

/// The codes of gRPC in order of their numbers, as its interceptors for Prometheus spell them.
const CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

/// From 50 µs, because a check takes less, to ten seconds, because a call may not take longer.
const SECONDS: [f64; 14] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0,
];

/// Everything that is counted. A clone counts into the same.
#[derive(Clone, Debug)]
pub struct Metrics {
    calls: std::sync::Arc<[Calls]>,
    decisions: Family<DecisionLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    /// Denied changes that have no entry in the audit log.
    pub denials_lost: Counter,
    /// Connections that are open.
    pub connections: Gauge,
    /// Handshakes that came to nothing.
    pub handshakes_failed: Counter,
    /// Looks at changed files of certificates or callers that could not be taken over.
    pub reloads_failed: Counter,
}

/// The counters of one method.
#[derive(Debug)]
pub struct Calls {
    started: Counter,
    handled: [Counter; CODES.len()],
    seconds: Histogram,
    received: Counter,
    sent: Counter,
}

/// Why a caller was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not identified.
    Unauthenticated,
    /// Its role does not permit the method.
    PermissionDenied,
    /// There is too much to do.
    Overloaded,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::Overloaded => "overloaded",
        }
    }
}

impl Metrics {
    /// The metrics of these methods, and the registry that they are in. Every series of a call is there from the start, so
    /// that an increase from nothing is seen.
    pub fn new(methods: impl Iterator<Item = MethodLabels>) -> (Self, Registry) {
        let mut registry = Registry::default();
        let calls = calls(&mut registry, methods);
        let metrics = Self {
            calls,
            decisions: Family::default(),
            refusals: Family::default(),
            denials_lost: Counter::default(),
            connections: Gauge::default(),
            handshakes_failed: Counter::default(),
            reloads_failed: Counter::default(),
        };
        let mut counted =
            |name: &str, help: &str, counter: &Counter| registry.register(name, help, counter.clone());
        counted(
            "ropa_audit_denials_lost",
            "Denied changes that have no entry in the audit log, because there were too many at once or the server stopped without its database",
            &metrics.denials_lost,
        );
        counted(
            "ropa_handshakes_failed",
            "Connections that ended before HTTP/2 was spoken",
            &metrics.handshakes_failed,
        );
        counted(
            "ropa_reloads_failed",
            "Looks at changed files of certificates or callers that could not be taken over: grows for as long as that is so",
            &metrics.reloads_failed,
        );
        registry.register(
            "ropa_decisions",
            "Decisions by verdict and by the first reason, empty where permitted",
            metrics.decisions.clone(),
        );
        registry.register(
            "ropa_calls_refused",
            "Calls that were refused because of who called, or because there were too many",
            metrics.refusals.clone(),
        );
        registry.register(
            "ropa_connections",
            "Connections that are open",
            metrics.connections.clone(),
        );
        for refusal in [
            Refusal::Unauthenticated,
            Refusal::PermissionDenied,
            Refusal::Overloaded,
        ] {
            metrics.refused(refusal, 0);
        }
        (metrics, registry)
    }

    /// The counters of the method at this place.
    pub fn call(&self, index: usize) -> Option<&Calls> {
        self.calls.get(index)
    }

    /// Counts a decision; the code of a permission is empty.
    pub fn decided(&self, verdict: &'static str, code: &'static str) {
        self.decisions
            .get_or_create(&DecisionLabels { verdict, code })
            .inc();
    }

    /// Counts refused calls.
    pub fn refused(&self, refusal: Refusal, count: u64) {
        let labels = RefusalLabels {
            reason: refusal.as_str(),
        };
        self.refusals.get_or_create(&labels).inc_by(count);
    }
}

impl Calls {
    /// Counts a call that began.
    pub fn start(&self) {
        self.started.inc();
    }

    /// Counts a call that ended with this number of a code.
    pub fn end(&self, code: usize, took: Duration) {
        // What is no code of gRPC is Unknown.
        let handled = self.handled.get(code).or_else(|| self.handled.get(2));
        if let Some(handled) = handled {
            handled.inc();
        }
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts messages of the two directions.
    pub fn messages(&self, received: u64, sent: u64) {
        self.received.inc_by(received);
        self.sent.inc_by(sent);
    }
}

fn calls(registry: &mut Registry, methods: impl Iterator<Item = MethodLabels>) -> std::sync::Arc<[Calls]> {
    let started = Family::<MethodLabels, Counter>::default();
    let handled = Family::<HandledLabels, Counter>::default();
    let received = Family::<MethodLabels, Counter>::default();
    let sent = Family::<MethodLabels, Counter>::default();
    let seconds = Family::<MethodLabels, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
    registry.register("grpc_server_started", "Calls that were started", started.clone());
    registry.register(
        "grpc_server_handled",
        "Calls that ended, by code",
        handled.clone(),
    );
    registry.register(
        "grpc_server_msg_received",
        "Messages that unary calls brought",
        received.clone(),
    );
    registry.register(
        "grpc_server_msg_sent",
        "Messages that unary calls were answered with",
        sent.clone(),
    );
    registry.register(
        "grpc_server_handling_seconds",
        "How long calls took",
        seconds.clone(),
    );
    let of = |labels: MethodLabels| Calls {
        started: started.get_or_create_owned(&labels),
        handled: CODES.map(|grpc_code| {
            handled.get_or_create_owned(&HandledLabels {
                grpc_type: labels.grpc_type,
                grpc_service: labels.grpc_service,
                grpc_method: labels.grpc_method,
                grpc_code,
            })
        }),
        seconds: seconds.get_or_create_owned(&labels),
        received: received.get_or_create_owned(&labels),
        sent: sent.get_or_create_owned(&labels),
    };
    methods.map(of).collect()
}

/// Says what runs: its version, and which options make it unsafe.
pub fn say_what_runs(registry: &mut Registry, unsafe_options: &[String]) {
    let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("ropa_build", "What runs", build);
    let options = Family::<OptionLabels, Gauge>::default();
    for option in unsafe_options {
        let labels = OptionLabels {
            option: option.clone(),
        };
        options.get_or_create(&labels).set(1);
    }
    registry.register(
        "ropa_unsafe_options",
        "Options in use that take a protection away",
        options,
    );
}

/// What is looked up whenever the metrics are read.
pub trait Readings: fmt::Debug + Send + Sync + 'static {
    /// Name, what it is, and the value of each; what is not known now is left out.
    fn read(&self) -> Vec<(&'static str, &'static str, f64)>;
}

/// Readings, as the registry takes them.
#[derive(Debug)]
pub struct Read<R>(pub R);

impl<R: Readings> Collector for Read<R> {
    fn encode(&self, mut encoder: prometheus_client::encoding::DescriptorEncoder<'_>) -> fmt::Result {
        use prometheus_client::{encoding::EncodeMetric as _, metrics::gauge::ConstGauge};
        for (name, help, value) in self.0.read() {
            let gauge = ConstGauge::new(value);
            let encoder = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(encoder)?;
        }
        Ok(())
    }
}

/// The metrics as text (version 0.0.4 of Prometheus' format).
pub fn text(registry: &Registry) -> Result<String, fmt::Error> {
    let mut text = String::with_capacity(256 * 1024);
    prometheus_text::encode(&mut text, registry)?;
    Ok(text)
}

/// What the text is, for `content-type`.
pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
