//! Tests through the public doors: a real server on port 0, real clients, both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::large_futures,
    reason = "a test that panics has failed"
)]

mod access;
mod app;
mod authority;
mod bad_input;
mod cases;
mod cluster;
mod command_line;
mod commits;
mod consistency;
mod contract;
mod crash;
mod erasure;
mod every_method;
mod export;
mod exposure;
mod faults;
mod history;
mod house;
mod limits;
mod lint;
mod lists;
mod manifests;
mod mutations;
mod observed;
mod probes;
mod program;
mod properties;
mod proxy;
mod questions;
mod races;
mod reload;
mod replicas;
mod terms;
mod tour;
mod writes;
