//! What callers ask, counted in memory: which processing goes on, and which of it the register does not know.
//!
//! Off the way of a check: a counter is a look into a table of the worker's own. Only what looks like an id or a code is
//! kept of what a caller wrote, and nothing at all of facts. A caller who makes ids of names is not found out.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::domain::{
    finding::{Finding, FindingCode, Severity, Verdict},
    name::RegisterId,
    operation::Operation,
    question::Question,
};

/// What was asked: one operation on one data category.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observation {
    /// The day on which it was asked, in UTC.
    pub day: Date,
    /// Who asked.
    pub caller: Arc<str>,
    /// Which register.
    pub register: RegisterId,
    /// The activity as asked; empty: only the purpose was.
    pub activity: String,
    /// The purpose as asked; empty: only the activity was.
    pub purpose: String,
    /// The operation; none in what stands for others.
    pub operation: Option<Operation>,
    /// The data category as asked; empty: everything.
    pub data: String,
    /// What the whole question was answered.
    pub verdict: Verdict,
    /// The worst reason of that, where it was not permitted: what the register does not know before all others.
    pub code: Option<FindingCode>,
}

/// How often something was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What.
    pub observation: Observation,
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Timestamp,
}

/// Counts what is asked. A clone counts into the same tables.
#[derive(Clone, Debug)]
pub struct Observer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// One for each worker, so that none waits for another.
    tables: Vec<Mutex<Table>>,
    hasher: RandomState,
}

type Table = HashMap<u64, Vec<Counted>>;

/// More than there are workers on most machines.
const TABLES: usize = 16;
/// A table has at most this many counters; then what is new is counted together.
const MOST: usize = 4096;
/// Of one question at most this many combinations are counted.
const COMBINATIONS: usize = 64;

/// The next worker's table.
static NEXT: AtomicUsize = AtomicUsize::new(0);
thread_local! {
    static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed);
}

/// What was asked that the register does not know.
pub const fn is_unrecorded(code: FindingCode) -> bool {
    use FindingCode as Code;
    matches!(
        code,
        Code::ActivityNotRegistered
            | Code::PurposeNotRecorded
            | Code::PurposeNotDeclared
            | Code::TermUnknown
            | Code::DataCategoryNotRecorded
            | Code::DataCategoryNotDeclared
            | Code::SubjectCategoryNotRecorded
            | Code::SubjectCategoryNotDeclared
            | Code::OperationNotRecorded
            | Code::OperationNotDeclared
            | Code::SourceNotRecorded
            | Code::SourceNotDeclared
            | Code::ProcessorNotRecorded
            | Code::ProcessorNotDeclared
            | Code::RecipientNotRecorded
            | Code::RecipientNotDeclared
            | Code::TransferNotRecorded
            | Code::TransferNotDeclared
            | Code::AdmNotRecorded
    )
}

impl Default for Observer {
    fn default() -> Self {
        Self(Arc::new(Inner {
            tables: (0..TABLES).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }))
    }
}

impl Observer {
    /// Counts a question of a caller with its answer.
    pub fn observe(
        &self,
        caller: &Arc<str>,
        question: &Question,
        verdict: Verdict,
        findings: &[Finding],
        now: Timestamp,
    ) {
        let unknown = findings
            .iter()
            .find(|finding| finding.severity == Severity::Denial && is_unrecorded(finding.code));
        let code = match verdict {
            Verdict::Permitted => None,
            _ => unknown.or_else(|| findings.first()).map(|finding| finding.code),
        };
        let day = now.to_zoned_datetime(TimeZone::UTC).date();
        let everything = [String::new()];
        let data = if question.data.is_empty() {
            everything.as_slice()
        } else {
            question.data.as_slice()
        };
        let activity = kept(question.activity.as_deref().unwrap_or_default());
        let purpose = kept(question.purpose.as_deref().unwrap_or_default());
        let own = OWN.with(|own| *own) % TABLES;
        let Some(table) = self.0.tables.get(own) else {
            return;
        };
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        let combinations = question
            .operations
            .iter()
            .flat_map(|operation| data.iter().map(move |data| (*operation, kept(data))));
        for (operation, data) in combinations.take(COMBINATIONS) {
            let key = (
                day,
                &**caller,
                &question.register,
                activity,
                purpose,
                Some(operation),
                data,
                verdict,
                code,
            );
            let hash = self.0.hasher.hash_one(key);
            let same = |counted: &&mut Counted| {
                let other = &counted.observation;
                key == (
                    other.day,
                    &*other.caller,
                    &other.register,
                    other.activity.as_str(),
                    other.purpose.as_str(),
                    other.operation,
                    other.data.as_str(),
                    other.verdict,
                    other.code,
                )
            };
            if let Some(counted) = table
                .get_mut(&hash)
                .and_then(|counted| counted.iter_mut().find(same))
            {
                counted.count += 1;
                counted.last = counted.last.max(now);
                continue;
            }
            let full = table.len() >= MOST;
            let observation = Observation {
                day,
                caller: if full {
                    Arc::from(OTHERS)
                } else {
                    Arc::clone(caller)
                },
                register: question.register.clone(),
                activity: if full { OTHERS } else { activity }.to_owned(),
                purpose: if full { "" } else { purpose }.to_owned(),
                operation: (!full).then_some(operation),
                data: if full { "" } else { data }.to_owned(),
                verdict,
                code: code.filter(|_| !full),
            };
            let hash = if full {
                self.0.hasher.hash_one(&observation)
            } else {
                hash
            };
            let counted = Counted {
                observation,
                count: 1,
                last: now,
            };
            add(table.entry(hash).or_default(), counted);
        }
    }

    /// Takes what was counted since it was last taken.
    pub fn take(&self) -> Vec<Counted> {
        let mut taken: HashMap<Observation, Counted> = HashMap::new();
        for table in &self.0.tables {
            let table = std::mem::take(&mut *table.lock().unwrap_or_else(PoisonError::into_inner));
            for counted in table.into_values().flatten() {
                match taken.get_mut(&counted.observation) {
                    Some(same) => {
                        same.count += counted.count;
                        same.last = same.last.max(counted.last);
                    }
                    None => {
                        taken.insert(counted.observation.clone(), counted);
                    }
                }
            }
        }
        taken.into_values().collect()
    }

    /// Puts back what could not be kept; what there is no room for is lost.
    pub fn put_back(&self, counted: Vec<Counted>) {
        let Some(table) = self.0.tables.first() else {
            return;
        };
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in counted {
            let hash = self.0.hasher.hash_one(&counted.observation);
            if table.len() < MOST || table.contains_key(&hash) {
                add(table.entry(hash).or_default(), counted);
            }
        }
    }
}

/// What stands for everything that there is no room for.
pub const OTHERS: &str = "(others)";
/// What stands for a text that is neither an id nor a code.
const NO_CODE: &str = "(no code)";

fn add(counters: &mut Vec<Counted>, counted: Counted) {
    match counters
        .iter_mut()
        .find(|other| other.observation == counted.observation)
    {
        Some(same) => {
            same.count += counted.count;
            same.last = same.last.max(counted.last);
        }
        None => counters.push(counted),
    }
}

/// What is kept of what a caller wrote: what looks like an id or a code.
fn kept(text: &str) -> &str {
    let text = text.rsplit('/').next().unwrap_or(text);
    let is_code = text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-'))
        // A number of a person has more digits than a code.
        && text.bytes().filter(u8::is_ascii_digit).count() <= 4;
    if is_code { text } else { NO_CODE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::question::{Counterparty, Facts};

    fn question(activity: &str, data: &[&str]) -> Question {
        Question {
            register: "koko".parse().unwrap(),
            activity: Some(activity.to_owned()),
            purpose: None,
            operations: vec![Operation::Use, Operation::Store],
            data: data.iter().map(|data| (*data).to_owned()).collect(),
            subjects: Vec::new(),
            counterparty: Counterparty::None,
            source: None,
            time: Timestamp::UNIX_EPOCH,
            facts: Facts::default(),
        }
    }

    fn observe(observer: &Observer, question: &Question) {
        let findings = [
            Finding::new(FindingCode::RetentionExpired),
            Finding::new(FindingCode::DataCategoryNotDeclared),
        ];
        observer.observe(
            &"crm".into(),
            question,
            Verdict::Denied,
            &findings,
            Timestamp::UNIX_EPOCH,
        );
    }

    #[test]
    fn each_combination_is_counted_with_what_the_register_does_not_know() {
        let observer = Observer::default();
        for _ in 0..3 {
            observe(
                &observer,
                &question("registers/koko/activities/chat", &["pd:Name", "Jane Doe 1990"]),
            );
        }
        let mut taken = observer.take();
        taken.sort_by_key(|counted| format!("{:?}", counted.observation));
        assert_eq!(taken.len(), 4);
        assert!(taken.iter().all(|counted| counted.count == 3), "{taken:?}");
        assert!(
            taken
                .iter()
                .all(|counted| counted.observation.code == Some(FindingCode::DataCategoryNotDeclared))
        );
        assert!(taken.iter().all(|counted| counted.observation.activity == "chat"));
        assert!(taken.iter().any(|counted| counted.observation.data == NO_CODE));
        assert!(observer.take().is_empty());
        observer.put_back(taken.clone());
        let mut again = observer.take();
        again.sort_by_key(|counted| format!("{:?}", counted.observation));
        assert_eq!(again, taken);
    }

    #[test]
    fn what_is_no_code_takes_the_place_of_one() {
        let observer = Observer::default();
        for number in 0..2 * MOST {
            observe(
                &observer,
                &question("chat", &[&format!("someone-{number}@example.org")]),
            );
        }
        observe(&observer, &question("survey", &["pd:Name"]));
        let taken = observer.take();
        assert_eq!(
            taken.len(),
            4,
            "two operations of each, and others still have room"
        );
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_together() {
        let observer = Observer::default();
        for number in 0..MOST {
            observe(&observer, &question(&format!("activity-{number}"), &["pd:Name"]));
        }
        let taken = observer.take();
        let all: u64 = taken.iter().map(|counted| counted.count).sum();
        assert_eq!(all, 2 * u64::try_from(MOST).unwrap());
        assert!(taken.len() <= MOST + 1, "{}", taken.len());
        assert!(taken.iter().any(|counted| counted.observation.activity == OTHERS));
    }
}
