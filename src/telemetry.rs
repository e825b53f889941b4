//! What is told of the running service: logs, metrics, traces. Never the content of a question or document.
//!
//! A log line is worth a person's time; so a check leaves none.

pub mod metrics;
pub mod traces;

use std::{io::IsTerminal as _, panic};

use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, filter::filter_fn, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What libraries say of their work is for those who build with them; whoever wants it names them.
const QUIET: &str = "sea_orm_migration=warn,sqlx=warn";

/// Starts logging to standard error. `filter` is a directive list such as `info` or `ropa=debug,info`.
pub fn init(format: LogFormat, filter: &str) -> Result<(), String> {
    let is_level = filter
        .parse::<LevelFilter>()
        .is_ok_and(|level| level >= LevelFilter::INFO);
    let directives = if is_level {
        format!("{filter},{QUIET}")
    } else {
        filter.to_owned()
    };
    let filter = EnvFilter::try_new(directives)
        .map_err(|error| format!("the log filter `{filter}` is not one: {error}"))?;
    // What HTTP/2 says of frames has headers in it, and they have tokens.
    let told = filter_fn(|event| *event.level() <= Level::INFO || !event.target().starts_with("h2"));
    let registry = tracing_subscriber::registry().with(filter).with(told);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => registry.with(lines.with_target(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    }
    .map_err(|error| error.to_string())?;
    // Where, and not what: the message of a panic may quote what was worked on.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic at {place}");
    }));
    Ok(())
}

/// The name of a code of gRPC by its number, as the semantic conventions of OpenTelemetry spell it.
const fn code(number: usize) -> &'static str {
    match number {
        0 => "OK",
        1 => "CANCELLED",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    }
}
