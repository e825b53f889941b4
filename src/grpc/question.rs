//! `CheckRequest` into a question: well-formed or refused, with every violation.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::{
    document::{self, At, Violations},
    domain::{
        activity::Outcome,
        finding::{FindingCode, Severity},
        name::{RegisterId, ResourceKind},
        operation::Operation,
        party::{Country, TransferTool},
        question::{
            Channel, Consent, ConsentState, Counterparty, EventFact, Fact, Facts, Form, Giver, PlaceFact,
            Question, RequestFact,
        },
        vocabulary::{self, Facet},
    },
    pb,
};

/// Longer terms are none.
const TERM: usize = 128;

/// Reads a question; what it leaves out of time is now.
pub fn question(request: pb::CheckRequest, now: Timestamp) -> Result<Question, Violations> {
    let mut found = Violations::new();
    let question = read(&mut At::new("", &mut found), request, now);
    question.filter(|_| found.is_empty()).ok_or(found)
}

fn read(at: &mut At<'_>, request: pb::CheckRequest, now: Timestamp) -> Option<Question> {
    let pb::CheckRequest {
        register,
        activity,
        purpose,
        operations,
        data,
        subjects,
        recipient,
        processor,
        source,
        country,
        transfer_tool,
        importer_covered,
        time,
        form,
        events,
        conditions,
        consents,
        requested,
        legal_reference,
        objection,
        restriction,
        erasure,
        legal_hold,
        legal_claim,
        need_to_know,
        protected_identity,
        outcome,
        human_decides,
        attested,
        subject_requested,
        own,
        channel,
        // Of which revision is said around the question.
        at_revision: _,
        as_of: _,
        at_least_as_fresh: _,
        max_staleness: _,
    } = request;
    let register = at.field("register", |at| register_id(at, &register));
    let names_activity = !activity.is_empty();
    let activity = at.field("activity", |at| activity_id(at, &activity, register.as_ref()));
    let purpose = term(at, "purpose", purpose);
    if !names_activity && purpose.is_none() {
        at.field("purpose", |at| {
            at.wrong("is required where `activity` is left out")
        });
    }
    if operations.is_empty() {
        at.field("operations", |at| at.wrong("is required"));
    }
    if operations.len() > 16 {
        at.field("operations", |at| at.wrong("has more than 16 entries"));
    }
    let operations = at.choices::<pb::Operation, Operation>("operations", operations);
    let data = terms(at, "data", 64, data);
    if data.is_empty() && !operations.iter().all(|operation| operation.is_duty()) {
        at.field("data", |at| {
            at.wrong("is required for all operations but ERASE and RESTRICT")
        });
    }
    let counterparty = match (term(at, "recipient", recipient), term(at, "processor", processor)) {
        (Some(_), Some(_)) => {
            at.field("processor", |at| at.wrong("is exclusive with `recipient`"));
            Counterparty::None
        }
        (Some(recipient), None) => Counterparty::Recipient(recipient),
        (None, Some(processor)) => Counterparty::Processor(processor),
        (None, None) => {
            if operations
                .iter()
                .any(|operation| matches!(operation, Operation::Disclose | Operation::Transfer))
            {
                at.field("recipient", |at| {
                    at.wrong("is required for DISCLOSE and TRANSFER")
                });
            }
            Counterparty::None
        }
    };
    let facts = Facts {
        country: place(at, &country),
        transfer_tool: at
            .choice::<pb::TransferTool, Option<TransferTool>>("transfer_tool", transfer_tool)
            .flatten(),
        importer_covered: fact(at, "importer_covered", importer_covered),
        form: at.choice::<pb::DataForm, Form>("form", form).unwrap_or_default(),
        events: read_events(at, events),
        conditions: read_conditions(at, conditions),
        consents: at.each("consents", 8, consents, consent),
        requested: fact(at, "requested", requested),
        subject_requested: fact(at, "subject_requested", subject_requested),
        own: fact(at, "own", own),
        channel: if channel == 0 {
            None
        } else {
            at.choice::<pb::Channel, Channel>("channel", channel)
        },
        legal_reference: {
            let text = at.text("legal_reference", 200, legal_reference);
            (!text.trim().is_empty()).then_some(text)
        },
        objection: request_fact(at, "objection", objection),
        restriction: request_fact(at, "restriction", restriction),
        erasure: request_fact(at, "erasure", erasure),
        legal_hold: fact(at, "legal_hold", legal_hold),
        legal_claim: fact(at, "legal_claim", legal_claim),
        need_to_know: fact(at, "need_to_know", need_to_know),
        protected_identity: fact(at, "protected_identity", protected_identity),
        outcome: if outcome == 0 {
            None
        } else {
            at.choice::<pb::DecisionOutcome, Outcome>("outcome", outcome)
        },
        human_decides: fact(at, "human_decides", human_decides),
        attested: at.each("attested", 64, attested, |at, number| {
            let code =
                FindingCode::from_number(number).filter(|code| code.rule().severity == Severity::Condition);
            if code.is_none() {
                at.wrong("is not a code that can be attested");
            }
            code
        }),
    };
    Some(Question {
        activity,
        purpose,
        operations,
        data,
        subjects: terms(at, "subjects", 16, subjects),
        counterparty,
        source: term(at, "source", source),
        time: instant(at, time).unwrap_or(now),
        facts,
        register: register?,
    })
}

fn register_id(at: &mut At<'_>, text: &str) -> Option<RegisterId> {
    if text.is_empty() {
        at.wrong("is required");
        return None;
    }
    at.id(text.strip_prefix("registers/").unwrap_or(text))
}

fn activity_id(at: &mut At<'_>, text: &str, register: Option<&RegisterId>) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if !text.contains('/') {
        return check_term(at, text.to_owned());
    }
    match document::name(ResourceKind::Activity, text) {
        Ok(name) if register.is_none_or(|register| register == name.register_id()) => {
            Some(name.id().to_string())
        }
        Ok(_) => {
            at.wrong("is in another register than `register`");
            None
        }
        Err(message) => {
            at.wrong(message);
            None
        }
    }
}

/// A term as written. Whether it is known is for the register to say; here it only has to be one.
fn check_term(at: &mut At<'_>, text: String) -> Option<String> {
    let plain = |c: char| c.is_ascii_graphic() || c.is_alphanumeric();
    if text.is_empty() || text.len() > TERM || !text.chars().all(plain) {
        at.wrong(format_args!(
            "is not a code or id: 1 to {TERM} characters without spaces"
        ));
        None
    } else {
        Some(text)
    }
}

fn term(at: &mut At<'_>, name: &str, text: String) -> Option<String> {
    if text.is_empty() {
        None
    } else {
        at.field(name, |at| check_term(at, text))
    }
}

fn terms(at: &mut At<'_>, name: &str, most: usize, list: Vec<String>) -> Vec<String> {
    at.each(name, most, list, check_term)
}

fn fact(at: &mut At<'_>, name: &str, number: i32) -> Fact {
    at.choice::<pb::Answer, Fact>(name, number).unwrap_or_default()
}

fn request_fact(at: &mut At<'_>, name: &str, number: i32) -> RequestFact {
    at.choice::<pb::RightsRequest, RequestFact>(name, number)
        .unwrap_or_default()
}

fn place(at: &mut At<'_>, text: &str) -> PlaceFact {
    match text {
        "" => PlaceFact::Unsaid,
        "unknown" => PlaceFact::Unknown,
        code => match Country::parse(code) {
            Some(country) => PlaceFact::Country(country),
            None => {
                let wrong = "is neither the code of a country (ISO 3166-1, e.g. `DE`) nor `unknown`";
                at.field("country", |at| at.wrong(wrong));
                PlaceFact::Unknown
            }
        },
    }
}

fn instant(at: &mut At<'_>, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    let prost_types::Timestamp { seconds, nanos } = time?;
    let time = if (0..1_000_000_000).contains(&nanos) {
        Timestamp::new(seconds, nanos).ok()
    } else {
        None
    };
    // Far from the ends of the calendar every period and time zone can be reckoned.
    let time = time.filter(|time| (-62_000_000_000..250_000_000_000).contains(&time.as_second()));
    if time.is_none() {
        at.field("time", |at| {
            at.wrong("is not an instant between the years 6 and 9892")
        });
    }
    time
}

fn read_events(at: &mut At<'_>, events: HashMap<String, String>) -> BTreeMap<&'static str, EventFact> {
    if events.len() > 32 {
        at.field("events", |at| at.wrong("has more than 32 entries"));
        return BTreeMap::new();
    }
    let mut sorted: Vec<(String, String)> = events.into_iter().collect();
    sorted.sort();
    let mut read = BTreeMap::new();
    for (event, when) in sorted {
        at.field(&format!("events[\"{}\"]", shown(&event)), |at| {
            let code = vocabulary::lookup(Facet::Event, &event);
            if code.is_none() {
                at.code(Facet::Event, shown(&event));
            }
            let fact = match when.as_str() {
                "not yet" => Some(EventFact::NotYet),
                "unknown" => Some(EventFact::Unknown),
                date => document::date(date).map(EventFact::On),
            };
            if fact.is_none() {
                at.wrong("is neither a date of the form 2026-02-28 nor `not yet` nor `unknown`");
            }
            if let (Some(code), Some(fact)) = (code, fact) {
                read.insert(code.as_str(), fact);
            }
        });
    }
    read
}

fn read_conditions(at: &mut At<'_>, conditions: HashMap<String, i32>) -> BTreeMap<String, Fact> {
    if conditions.len() > 64 {
        at.field("conditions", |at| at.wrong("has more than 64 entries"));
        return BTreeMap::new();
    }
    let mut sorted: Vec<(String, i32)> = conditions.into_iter().collect();
    sorted.sort();
    let mut read = BTreeMap::new();
    for (id, number) in sorted {
        let field = format!("conditions[\"{}\"]", shown(&id));
        at.field(&field, |at| at.id(shown(&id)));
        read.insert(id, fact(at, &field, number));
    }
    read
}

/// What of a key is repeated in a message.
fn shown(key: &str) -> &str {
    let end = key.char_indices().nth(63).map_or(key.len(), |(index, _)| index);
    key.get(..end).unwrap_or_default()
}

fn consent(at: &mut At<'_>, message: pb::Consent) -> Option<Consent> {
    let pb::Consent {
        state,
        explicit,
        giver,
        given_on,
        withdrawn_on,
        purpose,
        data,
        recipient,
        age,
        channels,
    } = message;
    let state = match pb::consent::State::try_from(state) {
        Ok(pb::consent::State::Given) => Some(ConsentState::Given),
        Ok(pb::consent::State::NotGiven) => Some(ConsentState::NotGiven),
        Ok(pb::consent::State::Withdrawn) => Some(ConsentState::Withdrawn),
        Ok(pb::consent::State::Uncertain) => Some(ConsentState::Unknown),
        Ok(pb::consent::State::Unspecified) | Err(_) => {
            at.field("state", |at| at.wrong("is required"));
            None
        }
    };
    let giver = match pb::consent::Giver::try_from(giver) {
        Ok(pb::consent::Giver::Unspecified | pb::consent::Giver::Subject) => Some(Giver::Subject),
        Ok(pb::consent::Giver::Representative) => Some(Giver::Representative),
        Ok(pb::consent::Giver::AnotherPerson) => Some(Giver::AnotherPerson),
        Err(_) => {
            at.field("giver", |at| {
                at.wrong("has a value that the contract does not know")
            });
            None
        }
    };
    let years = u32::try_from(age).ok().filter(|age| *age <= 150);
    if years.is_none() {
        at.field("age", |at| at.wrong("is not an age in years"));
    }
    Some(Consent {
        explicit,
        given_on: at.date("given_on", &given_on),
        withdrawn_on: at.date("withdrawn_on", &withdrawn_on),
        purpose: term(at, "purpose", purpose),
        data: terms(at, "data", 64, data),
        recipient: term(at, "recipient", recipient),
        age: years.filter(|age| *age > 0),
        state: state?,
        giver: giver?,
        channels: at.choices::<pb::Channel, Channel>("channels", channels),
    })
}
