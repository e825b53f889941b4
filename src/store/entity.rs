//! The tables as rows. Flat and without logic; a row never leaves the room.

pub mod audit_entry;
pub mod commitment;
pub mod content;
pub mod current;
pub mod head;
pub mod observed;
pub mod request;
pub mod revision;
pub mod version;
