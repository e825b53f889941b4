//! Tests through the public doors: a real server on port 0, real clients, both databases.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod app;
mod questions;
