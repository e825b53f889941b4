//! `ropa`: a register of processing activities (GDPR Art. 30) that answers before data is processed.
//!
//! The rooms and the doors between them are in `ARCHITECTURE.md`; `tests/it/house.rs` holds us to them.

pub mod access;
pub mod cli;
pub mod clock;
pub mod decision;
pub mod document;
pub mod domain;
pub mod grpc;
pub mod law;
pub mod register;
pub mod replica;
pub mod report;
pub mod server;
pub mod store;
pub mod telemetry;

/// The contract, generated from `proto/`. Only `document`, `grpc` and `cli` say these types.
#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::large_enum_variant,
    reason = "generated from the contract, which documents every message and field"
)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/ropa.v1.rs"));

    /// The descriptors of everything in the contract, for reflection and documents.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ropa.binpb"));
}
