//! Errors as statuses: a canonical code, exactly one `ErrorInfo` of the domain `ropa`, every violation at once
//! (AIP-193). Driver text never leaves the house.

use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    access::Permission,
    document::{Violation, Violations, json},
    domain::name::{ResourceName, Revision},
    pb::ErrorReason,
    register, replica, store,
};

/// The domain of every `ErrorInfo`.
pub const DOMAIN: &str = "ropa";

fn status(code: Code, reason: ErrorReason, message: String, details: ErrorDetails) -> Status {
    with_metadata(code, reason, message, details, [])
}

/// What is said in the message and differs from call to call is in the metadata, too (AIP-193).
fn with_metadata<const N: usize>(
    code: Code,
    reason: ErrorReason,
    message: String,
    mut details: ErrorDetails,
    metadata: [(&str, String); N],
) -> Status {
    let metadata: HashMap<String, String> = metadata
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    details.set_error_info(reason.as_str_name(), DOMAIN, metadata);
    Status::with_error_details(code, plain_text(&message), details)
}

/// A text that does nothing to whoever prints it, and is no longer than a trailer may be.
fn plain_text(text: &str) -> String {
    const MOST: usize = 500;
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut plain: String = text.chars().take(MOST).map(shown).collect();
    if text.chars().nth(MOST).is_some() {
        plain.push('…');
    }
    plain
}

fn plain(code: Code, reason: ErrorReason, message: &str) -> Status {
    status(code, reason, message.to_owned(), ErrorDetails::new())
}

fn retry(code: Code, reason: ErrorReason, message: &str, after: Duration) -> Status {
    status(
        code,
        reason,
        message.to_owned(),
        ErrorDetails::with_retry_info(Some(after)),
    )
}

/// A request that is not what the contract describes.
pub fn invalid(violations: Violations) -> Status {
    with_violations(
        Code::InvalidArgument,
        ErrorReason::InvalidRequest,
        "the request has mistakes",
        violations,
    )
}

fn with_violations(code: Code, reason: ErrorReason, what: &str, violations: Violations) -> Status {
    // Trailers have to fit into a header frame that clients accept, usually 8 KiB with everything else.
    const MOST_BYTES: usize = 5_000;
    let count = violations.len();
    let first = violations.first().map(ToString::to_string).unwrap_or_default();
    let message = match count {
        1 => format!("{what}: {first}"),
        count => format!("{what}: {count}, the first: {first}"),
    };
    let mut details = ErrorDetails::new();
    let mut bytes = 0;
    for (named, violation) in violations.into_iter().enumerate() {
        let (path, message) = (plain_text(&violation.path), plain_text(&violation.message));
        bytes += path.len() + message.len() + 8;
        if bytes > MOST_BYTES {
            details.add_bad_request_violation("", format!("and {} more", count - named));
            break;
        }
        details.add_bad_request_violation(path, message);
    }
    status(code, reason, message, details)
}

/// A field of a request that is wrong.
pub fn wrong(path: &str, message: impl Into<String>) -> Violation {
    Violation {
        path: path.to_owned(),
        message: message.into(),
    }
}

/// Bytes that are no message of the type.
pub fn undecodable(message: &str, error: &prost::DecodeError) -> Status {
    // What prost says names fields and wire types, never values; long nestings are cut.
    let said: String = error.to_string().chars().take(200).collect();
    let what = format!("the request is not a {message}: {said}");
    status(
        Code::InvalidArgument,
        ErrorReason::UndecodableRequest,
        what,
        ErrorDetails::new(),
    )
}

/// A body that is no gRPC message at all.
pub fn malformed() -> Status {
    let what = "the request is not a gRPC message";
    plain(Code::InvalidArgument, ErrorReason::UndecodableRequest, what)
}

/// A field that this server does not know.
pub fn unknown_field(message: &str, field: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.add_bad_request_violation(field, "this server does not know the field");
    let what = format!("{message} has a field that this server does not know: {field}");
    status(Code::InvalidArgument, ErrorReason::UnknownField, what, details)
}

/// A message that is larger than the method takes.
pub fn too_large() -> Status {
    plain(
        Code::InvalidArgument,
        ErrorReason::RequestTooLarge,
        "the request is larger than the method takes",
    )
}

/// Answers that are larger together than a message may be.
pub fn answer_too_large() -> Status {
    plain(
        Code::InvalidArgument,
        ErrorReason::RequestTooLarge,
        "the answers are larger than a message may be: ask fewer questions at once",
    )
}

/// A register that is not there, or was not at a revision.
pub fn register_not_found(register: &str, at: Option<Revision>) -> Status {
    let what = match at {
        None => format!("there is no register `{register}`"),
        Some(revision) => format!("there was no register `{register}` at revision {revision}"),
    };
    status(
        Code::NotFound,
        ErrorReason::RegisterNotFound,
        what,
        ErrorDetails::new(),
    )
}

/// Nothing is served yet, or no longer.
pub fn not_ready() -> Status {
    let after = Duration::from_secs(1);
    retry(
        Code::Unavailable,
        ErrorReason::NotReady,
        "no register has been loaded yet",
        after,
    )
}

/// What is served is older than the server or the caller allows.
pub fn snapshot_too_old() -> Status {
    retry(
        Code::Unavailable,
        ErrorReason::SnapshotTooOld,
        "the server has not seen the database for too long",
        Duration::from_secs(1),
    )
}

/// The server has not come as far as was asked.
pub fn not_fresh() -> Status {
    retry(
        Code::Unavailable,
        ErrorReason::NotFresh,
        "the server has not come to the revision that was asked for",
        Duration::from_millis(200),
    )
}

/// A revision that is not there.
pub fn no_revision() -> Status {
    plain(
        Code::NotFound,
        ErrorReason::RevisionNotFound,
        "there is no such revision yet, or was nothing at that time",
    )
}

/// A token of another store.
pub fn foreign_token() -> Status {
    plain(
        Code::FailedPrecondition,
        ErrorReason::ForeignToken,
        "the token is of another store: the database was restored or replaced since",
    )
}

/// A record of the past that could not be read.
pub fn from_replica(error: &replica::Error) -> Status {
    match error {
        replica::Error::Store(error) => from_store(error),
        error => {
            tracing::error!(error = %replica::chain(error), "a record of the past cannot be read");
            internal()
        }
    }
}

/// A store that is not the one that was served.
pub fn store_replaced() -> Status {
    plain(
        Code::Unavailable,
        ErrorReason::StoreReplaced,
        "the database was restored or replaced; the server has to be started anew",
    )
}

/// A method that is not there.
pub fn unknown_method() -> Status {
    plain(
        Code::Unimplemented,
        ErrorReason::UnknownMethod,
        "the server has no such method, or does not take messages in this encoding",
    )
}

/// More work at once than the server takes.
pub fn overloaded() -> Status {
    let after = Duration::from_millis(100);
    retry(
        Code::ResourceExhausted,
        ErrorReason::Overloaded,
        "the server is busy",
        after,
    )
}

/// It took too long.
pub fn timed_out() -> Status {
    plain(
        Code::DeadlineExceeded,
        ErrorReason::TimedOut,
        "the server took too long; a change may still be made: read before repeating",
    )
}

/// A caller that is nobody here.
pub fn caller_unknown() -> Status {
    plain(
        Code::Unauthenticated,
        ErrorReason::CallerUnknown,
        "the caller is not identified: show a token (`authorization: Bearer …`) or a client certificate that the server knows",
    )
}

/// A caller whose role does not permit it.
pub fn not_permitted(permission: Permission) -> Status {
    let needs = match permission {
        Permission::Open | Permission::Identified | Permission::Check => "check",
        Permission::Read => "read",
        Permission::Change => "change",
        Permission::Administer => "administer",
    };
    with_metadata(
        Code::PermissionDenied,
        ErrorReason::NotPermittedToCaller,
        format!("the caller's role does not permit it: it needs the permission to {needs}"),
        ErrorDetails::new(),
        [("permission", needs.to_owned())],
    )
}

/// A fault of the server.
pub fn internal() -> Status {
    plain(
        Code::Internal,
        ErrorReason::InternalError,
        "internal error; it has been logged",
    )
}

/// What a caller is told of a failed use case. Faults are logged here, where they are handled, with everything that
/// caused them.
pub fn from_register(error: register::Error) -> Status {
    match error {
        register::Error::Mistakes(violations) => invalid(violations),
        register::Error::StillReferenced(violations) => {
            let what = "what is deleted or changed is still referred to";
            with_violations(
                Code::FailedPrecondition,
                ErrorReason::StillReferenced,
                what,
                violations,
            )
        }
        register::Error::NotFound(name) => with_metadata(
            Code::NotFound,
            ErrorReason::ResourceNotFound,
            format!("there is no `{name}`"),
            ErrorDetails::new(),
            [("name", name.to_string())],
        ),
        register::Error::SomeNotFound(names) => {
            let missing = |name: &ResourceName| wrong(&name.to_string(), "is not there");
            with_violations(
                Code::NotFound,
                ErrorReason::ResourceNotFound,
                "some resources are not there",
                names.iter().map(missing).collect(),
            )
        }
        register::Error::AlreadyExists(name) => with_metadata(
            Code::AlreadyExists,
            ErrorReason::ResourceAlreadyExists,
            format!("there is a `{name}` already"),
            ErrorDetails::new(),
            [("name", name.to_string())],
        ),
        register::Error::NotEmpty(names) => {
            let within = |name: &ResourceName| wrong(&name.to_string(), "is in the register");
            with_violations(
                Code::FailedPrecondition,
                ErrorReason::RegisterNotEmpty,
                "the register still has resources in it; `force` deletes them, too",
                names.iter().map(within).collect(),
            )
        }
        register::Error::Changed { name, etag } => with_metadata(
            Code::Aborted,
            ErrorReason::EtagMismatch,
            format!("`{name}` has changed; read it again and repeat"),
            ErrorDetails::new(),
            [("name", name.to_string()), ("etag", etag.unwrap_or_default())],
        ),
        register::Error::ChangedSince { name, revision } => with_metadata(
            Code::Aborted,
            ErrorReason::ChangedSince,
            format!("`{name}` has changed in revision {revision}; read again and repeat"),
            ErrorDetails::new(),
            [("name", name.to_string()), ("revision", revision.to_string())],
        ),
        register::Error::Precondition(violations) => with_violations(
            Code::FailedPrecondition,
            ErrorReason::PreconditionFailed,
            "a precondition does not hold",
            violations,
        ),
        register::Error::RequestIdReused => invalid(vec![wrong(
            "request_id",
            "was used for another request; a new request has a new id",
        )]),
        register::Error::RevisionNotFound => no_revision(),
        register::Error::TooLate => plain(
            Code::DeadlineExceeded,
            ErrorReason::TimedOut,
            "the caller's time was over before anything was changed",
        ),
        register::Error::StoreReplaced => store_replaced(),
        register::Error::Store(error) => from_store(&error),
        register::Error::Unreadable(violations) => {
            let places: Vec<&str> = violations
                .iter()
                .map(|violation| violation.path.as_str())
                .take(5)
                .collect();
            tracing::error!(at = %places.join(", "), "what is stored makes no record");
            internal()
        }
        register::Error::Lost => {
            tracing::error!("the task of a change is gone");
            internal()
        }
    }
}

/// A change that was made, and whose answer could not be read again.
pub fn unanswered(failed: register::Error, revision: Revision) -> Status {
    let status = from_register(failed);
    tracing::warn!(error = %status.message(), revision = revision.number(), "a change was made and cannot be shown");
    with_metadata(
        Code::Unavailable,
        ErrorReason::OutcomeUnknown,
        format!("the change was made in revision {revision}, and cannot be shown now; read before repeating"),
        ErrorDetails::new(),
        [("revision", revision.to_string())],
    )
}

/// A document that the program cannot read or write.
pub fn unreadable(unreadable: json::Unreadable) -> Status {
    tracing::error!(error = %unreadable, "a document cannot be written");
    internal()
}

fn from_store(error: &store::Error) -> Status {
    let after = Duration::from_millis(200);
    match error {
        store::Error::Conflict { .. } => retry(
            Code::Aborted,
            ErrorReason::Conflict,
            "another change was in the way; repeat",
            after,
        ),
        store::Error::Unavailable { .. } => {
            tracing::warn!(error = %replica::chain(error), "the database is not available");
            retry(
                Code::Unavailable,
                ErrorReason::DatabaseUnavailable,
                "the database is not available",
                Duration::from_secs(1),
            )
        }
        // No RetryInfo: whoever repeats without looking may do it twice.
        store::Error::OutcomeUnknown { .. } => {
            tracing::warn!(error = %replica::chain(error), "it is unknown whether a change was made");
            plain(
                Code::Unavailable,
                ErrorReason::OutcomeUnknown,
                "it is unknown whether the change was made; read before repeating",
            )
        }
        error => {
            tracing::error!(error = %replica::chain(error), "the store failed");
            internal()
        }
    }
}
