//! The handlers of `DecisionService`.

use std::time::Duration;

use jiff::Timestamp;
use prost::Message as _;
use tonic::{Request, Response, Status};
use tonic_types::pb::Status as StatusValue;

use super::{
    Sizes, access, answer,
    consistency::{Consistency, Source},
    error,
    page::Moment,
    question,
    resource::number,
};
use crate::{
    access::Caller,
    clock, decision,
    document::Violations,
    domain::finding::Verdict,
    pb::{self, batch_check_result::Result as Outcome, decision_service_server::DecisionService},
    replica::{Archive, Replica},
    report::observed::Observer,
    telemetry::metrics::Metrics,
};

/// `DecisionService`: answers from the served snapshot, and never from the database; from the archive what is asked of the
/// past.
#[derive(Clone, Debug)]
pub struct Decisions {
    replica: Replica,
    archive: Archive,
    cache_max_age: Duration,
    /// How large one question may be, in bytes.
    largest: usize,
    /// How large the answers to several may be together.
    largest_answer: usize,
    /// What is asked is counted here.
    observer: Option<Observer>,
    /// What is decided is counted here.
    metrics: Metrics,
}

/// A batch has at most this many questions.
const MOST: usize = 1000;
/// After this many answers of a batch others on the same worker get their turn.
const TURN: usize = 8;

impl Decisions {
    /// The service over this replica; answers may be reused for at most `cache_max_age`, and messages have at most these
    /// sizes.
    pub const fn new(
        replica: Replica,
        archive: Archive,
        cache_max_age: Duration,
        sizes: &Sizes,
        observer: Option<Observer>,
        metrics: Metrics,
    ) -> Self {
        Self {
            replica,
            archive,
            cache_max_age,
            largest: sizes.question,
            // Room for what the message is made of beside them.
            largest_answer: sizes.answer.saturating_sub(64 * 1024),
            observer,
            metrics,
        }
    }

    async fn answer(
        &self,
        request: pb::CheckRequest,
        source: &Source<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<pb::CheckResponse, Status> {
        let question = question::question(request, now).map_err(error::invalid)?;
        let record = source.record(&question.register).await?;
        let record = record
            .ok_or_else(|| error::register_not_found(question.register.as_str(), source.past_revision()))?;
        let decision = decision::decide(&record, &question);
        if let Some(observer) = self.observer.as_ref().filter(|_| source.is_current()) {
            observer.observe(&caller.name, &question, decision.verdict, &decision.findings, now);
        }
        let reason = decision
            .findings
            .first()
            .filter(|_| decision.verdict != Verdict::Permitted);
        self.metrics.decided(
            pb::Verdict::from(decision.verdict).as_str_name(),
            reason.map_or("", |finding| finding.code.rule().code),
        );
        let made = answer::Made {
            revision: source.revision(),
            age: source.age(),
            now,
            cache_max_age: self.cache_max_age,
        };
        Ok(answer::answer(&question, decision, made))
    }
}

#[tonic::async_trait]
impl DecisionService for Decisions {
    async fn check(&self, request: Request<pb::CheckRequest>) -> Result<Response<pb::CheckResponse>, Status> {
        let caller = access::caller(&request)?;
        let request = request.into_inner();
        if request.encoded_len() > self.largest {
            return Err(error::too_large());
        }
        let now = clock::now();
        let mut found = Violations::new();
        let moment = Moment {
            at_revision: request.at_revision,
            as_of: request.as_of,
        };
        let consistency = Consistency::read(
            moment,
            &request.at_least_as_fresh,
            request.max_staleness,
            &mut found,
        );
        if !found.is_empty() {
            // Together with what is wrong with the question itself.
            found.extend(question::question(request, now).err().unwrap_or_default());
            return Err(error::invalid(found));
        }
        let source = consistency.source(&self.replica, &self.archive).await?;
        self.answer(request, &source, &caller, now)
            .await
            .map(Response::new)
    }

    async fn batch_check(
        &self,
        request: Request<pb::BatchCheckRequest>,
    ) -> Result<Response<pb::BatchCheckResponse>, Status> {
        let caller = access::caller(&request)?;
        let pb::BatchCheckRequest {
            checks,
            at_revision,
            as_of,
            at_least_as_fresh,
            max_staleness,
        } = request.into_inner();
        let now = clock::now();
        let mut found = Violations::new();
        let moment = Moment { at_revision, as_of };
        let consistency = Consistency::read(moment, &at_least_as_fresh, max_staleness, &mut found);
        if checks.is_empty() {
            found.push(error::wrong("checks", "is required"));
        }
        if checks.len() > MOST {
            found.push(error::wrong("checks", "are more than 1000"));
        }
        if !found.is_empty() {
            return Err(error::invalid(found));
        }
        let source = consistency.source(&self.replica, &self.archive).await?;
        let mut results = Vec::with_capacity(checks.len());
        let mut bytes = 0;
        for (index, check) in checks.into_iter().enumerate() {
            if index % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            let answered = match alone(&check, self.largest) {
                Ok(()) => self.answer(check, &source, &caller, now).await,
                Err(status) => Err(status),
            };
            let result = match answered {
                Ok(response) => Outcome::Response(response),
                Err(status) => Outcome::Status(value(&status)),
            };
            let result = pb::BatchCheckResult { result: Some(result) };
            bytes += result.encoded_len();
            if bytes > self.largest_answer {
                return Err(error::answer_too_large());
            }
            results.push(result);
        }
        Ok(Response::new(pb::BatchCheckResponse {
            results,
            revision: number(source.revision()),
        }))
    }
}

/// Whether a question of a batch leaves to the batch what is said there.
fn alone(check: &pb::CheckRequest, largest: usize) -> Result<(), Status> {
    if check.encoded_len() > largest {
        return Err(error::too_large());
    }
    let said = [
        ("at_revision", check.at_revision != 0),
        ("as_of", check.as_of.is_some()),
        ("at_least_as_fresh", !check.at_least_as_fresh.is_empty()),
        ("max_staleness", check.max_staleness.is_some()),
    ];
    let found: Violations = said
        .into_iter()
        .filter(|(_, said)| *said)
        .map(|(field, _)| error::wrong(field, "is said of the whole batch"))
        .collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(error::invalid(found))
    }
}

/// An error as a value: what the call alone would have failed with.
fn value(status: &Status) -> StatusValue {
    // The details of our errors are such a value already.
    StatusValue::decode(status.details()).unwrap_or_else(|_| StatusValue {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}
