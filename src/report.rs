//! Reports on a record: what it lacks or contradicts, and the record as an authority gets it. Pure: a record in, a
//! report out.

pub mod export;
pub mod lint;
