//! The vocabulary and the records: what exists here is valid. Pure: no I/O, no clock, no wire or storage types.

pub mod name;
