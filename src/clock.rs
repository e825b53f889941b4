//! The clock. Only doors read it: what is inside is given the time.

use jiff::Timestamp;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the clock is read"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
