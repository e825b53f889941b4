//! Decides whether a processing is permitted: a pure function of a register at a revision, the ruleset, the question
//! and the time of the processing. No clock, no I/O, no cache.
//!
//! The evaluator is the straight one: it reads the documents as they stand, in the order a lawyer would, one file per
//! conjunct. A combination asked has the verdict of its worst conjunct, a conjunct that of its best alternative, the
//! answer that of its worst combination; nothing is short-circuited away from the caller.

mod answer;
mod automated;
mod case;
mod classes;
mod consent;
mod counterparty;
mod data_use;
mod denial;
mod evaluate;
mod ground;
mod in_force;
mod listed;
mod meant;
mod outcome;
mod place;
mod prohibition;
mod purpose;
mod resolve;
mod retention;
mod rights;
mod role;
mod scope;

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::domain::{
    finding::{Finding, Verdict},
    name::{RegisterId, ResourceName, Revision},
    question::Question,
    register::Record,
};

/// The registers at a revision, immutable.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The revision.
    pub revision: Revision,
    /// The records, by id.
    pub records: BTreeMap<RegisterId, Arc<Record>>,
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether the processing is permitted.
    pub verdict: Verdict,
    /// Every reason, condition and duty, sorted by severity and code.
    pub findings: Vec<Finding>,
    /// The activity that the answer rests on, with the revision of its last change.
    pub activity: Option<(ResourceName, Revision)>,
    /// Where the purpose alone was asked and activities differ: each with its verdict.
    pub candidates: Vec<(ResourceName, Verdict)>,
    /// The next instant at which time alone could change the answer.
    pub valid_until: Option<Timestamp>,
}

/// Answers a question from the record of its register.
pub fn decide(record: &Record, question: &Question) -> Decision {
    evaluate::question(record, question)
}
