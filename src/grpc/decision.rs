//! The handler of `DecisionService`.

use std::time::Duration;

use tonic::{Request, Response, Status};

use super::{answer, error, question};
use crate::{
    clock, decision,
    pb::{self, decision_service_server::DecisionService},
    replica::{Replica, State},
};

/// `DecisionService`: answers from the served snapshot, never from the database.
#[derive(Clone, Debug)]
pub struct Decisions {
    replica: Replica,
    cache_max_age: Duration,
}

impl Decisions {
    /// The service over this replica; answers may be reused for at most `cache_max_age`.
    pub const fn new(replica: Replica, cache_max_age: Duration) -> Self {
        Self {
            replica,
            cache_max_age,
        }
    }

    /// Why nothing is served.
    fn unserved(&self) -> Status {
        match self.replica.state() {
            State::Replaced => error::store_replaced(),
            State::Starting | State::Serving => error::not_ready(),
        }
    }
}

#[tonic::async_trait]
impl DecisionService for Decisions {
    async fn check(&self, request: Request<pb::CheckRequest>) -> Result<Response<pb::CheckResponse>, Status> {
        let now = clock::now();
        let question = question::question(request.into_inner(), now).map_err(error::invalid)?;
        let served = self.replica.served();
        let served = served.as_ref().ok_or_else(|| self.unserved())?;
        let decision = decision::decide(&served.snapshot, &question)
            .ok_or_else(|| error::register_not_found(question.register.as_str()))?;
        let made = answer::Made {
            revision: served.snapshot.revision,
            age: served.confirmed.elapsed(),
            now,
            cache_max_age: self.cache_max_age,
        };
        Ok(Response::new(answer::answer(&question, decision, made)))
    }
}
