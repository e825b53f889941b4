//! What was asked, in the words of the contract.

use jiff::civil::Date;
use tonic::{Response, Status};

use super::{
    administration::Administration,
    error,
    page::{self, Bound},
    resource::{self, timestamp},
};
use crate::{
    document::{self, Violations},
    domain::{
        finding::FindingCode,
        name::{ResourceKind, Revision},
    },
    pb,
    register::{Names, Observations, Observed, Registers},
    report::observed::{Counted, is_unrecorded},
};

/// What the contract calls what was counted.
pub fn names(counted: &Counted) -> Names {
    let observation = &counted.observation;
    let operation = observation.operation.map(pb::Operation::from);
    Names {
        operation: operation
            .map(|operation| operation.as_str_name().to_owned())
            .unwrap_or_default(),
        verdict: pb::Verdict::from(observation.verdict).as_str_name().to_owned(),
        code: observation
            .code
            .map(|code| code.rule().code.to_owned())
            .unwrap_or_default(),
    }
}

/// Nobody pages further.
const MOST_SKIPPED: u64 = 10_000_000;

/// Lists what was asked of a register.
pub async fn list(
    administration: &Administration,
    request: pb::ListObservedProcessingRequest,
) -> Result<Response<pb::ListObservedProcessingResponse>, Status> {
    let pb::ListObservedProcessingRequest {
        parent,
        since,
        until,
        only_unrecorded,
        page_size,
        page_token,
    } = request;
    let mut found = Violations::new();
    let register = resource::name(ResourceKind::Register, "parent", &parent, &mut found);
    let bound = Bound::to(&["observed", &parent, &since, &until, &only_unrecorded.to_string()]);
    // A token tells how many came before.
    let skip = match page_token.as_str() {
        "" => Some(0),
        token => page::read_token(token, bound)
            .map(|(count, _)| count.number())
            .filter(|skip| *skip <= MOST_SKIPPED),
    };
    if skip.is_none() {
        found.push(error::wrong("page_token", "is not a token of this list"));
    }
    let size = page::size(page_size, &mut found);
    let since = day("since", &since, Date::MIN, &mut found);
    let until = day("until", &until, Date::MAX, &mut found);
    let (Some(register), Some(skip), true) = (register, skip, found.is_empty()) else {
        return Err(error::invalid(found));
    };
    let unrecorded = FindingCode::ALL.iter().filter(|code| is_unrecorded(**code));
    let unrecorded: Vec<String> = unrecorded.map(|code| code.rule().code.to_owned()).collect();
    let which = Observations {
        register: register.register_id().clone(),
        since,
        until,
        codes: only_unrecorded.then(|| unrecorded.clone()),
    };
    let work = move |registers: Registers| async move {
        let most = u64::try_from(size).unwrap_or_default();
        let listed = registers.observations(which, skip, most + 1).await;
        let listed = listed.map_err(error::from_register)?;
        let next_page_token = if listed.len() > size {
            page::token(Revision::new(skip + most), "", bound)
        } else {
            String::new()
        };
        let told = |observed: Observed| to_message(observed, &unrecorded);
        Ok(pb::ListObservedProcessingResponse {
            observed: listed.into_iter().take(size).map(told).collect(),
            next_page_token,
        })
    };
    administration.run(work).await.map(Response::new)
}

fn day(field: &str, text: &str, otherwise: Date, found: &mut Violations) -> Date {
    if text.is_empty() {
        return otherwise;
    }
    document::date(text).unwrap_or_else(|| {
        found.push(error::wrong(
            field,
            format!("`{text}` is not a date of the form 2026-02-28"),
        ));
        otherwise
    })
}

fn to_message(observed: Observed, unrecorded: &[String]) -> pb::ObservedProcessing {
    let operation = pb::Operation::from_str_name(&observed.operation);
    let verdict = pb::Verdict::from_str_name(&observed.verdict);
    let code = pb::FindingCode::from_str_name(&observed.code);
    pb::ObservedProcessing {
        caller: observed.caller,
        activity: observed.activity,
        purpose: observed.purpose,
        operation: operation.unwrap_or_default().into(),
        data: observed.data,
        verdict: verdict.unwrap_or_default().into(),
        code: code.unwrap_or_default().into(),
        count: observed.count,
        last_time: Some(timestamp(observed.last)),
        unrecorded: unrecorded.contains(&observed.code),
    }
}
