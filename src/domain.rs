//! The vocabulary and the records: what exists here is valid.
//!
//! Pure: no I/O, no clock, no wire or storage types. Everything that comes from outside is parsed into these types
//! at a door (`document` for records, `grpc` for questions) and needs no checking after it.

pub mod activity;
pub mod finding;
pub mod listed;
pub mod name;
pub mod operation;
pub mod organisation;
pub mod party;
pub mod question;
pub mod register;
pub mod retention;
pub mod statement;
pub mod term;
pub mod vocabulary;
