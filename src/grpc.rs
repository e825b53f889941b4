//! The contract at the door: messages to domain types and back, errors to statuses, one handler file per service.

mod answer;
pub mod codec;
mod decision;
pub mod error;
mod page;
mod question;
mod register;

pub use decision::Decisions;
pub use register::Administration;
