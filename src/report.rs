//! Reports on a record: what it lacks or contradicts, the record as an authority gets it, and what is asked of it. A record
//! in, a report out; what is asked is counted in memory.

pub mod export;
pub mod lint;
pub mod observed;
