//! Questions about small registers, mostly about what they declare.

use ropa::pb::{
    Answer, CheckRequest, Consent, DecisionOutcome, FindingCode, Operation, ProcessingActivity,
    RegisterDocument, RightsRequest, TransferTool, consent,
};

use super::{
    pool::{
        CONDITIONS, EVENTS, OPERATIONS, ORDINARY, OWN_ORDINARY, OWN_PROTECTED, PARTIES, PROTECTED, PURPOSES,
        SUBJECTS,
    },
    register::texts,
    tape::Tape,
};

/// How much a question leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Activity, purpose and subjects are said.
    Everything,
    /// Any of them may be left out.
    Something,
}

pub fn question(tape: &mut Tape<'_>, document: &RegisterDocument, says: Says) -> CheckRequest {
    let activity = tape.one(&document.activities);
    let leaves_out = |tape: &mut Tape<'_>, percent| says == Says::Something && tape.chance(percent);
    let (no_activity, no_purpose, no_subjects) =
        (leaves_out(tape, 20), leaves_out(tape, 25), leaves_out(tape, 25));
    let purpose = if no_purpose && !no_activity {
        String::new()
    } else {
        purpose(tape, &activity)
    };
    let mut asked = CheckRequest {
        register: "it".to_owned(),
        activity: if no_activity {
            String::new()
        } else {
            last(&activity.name)
        },
        purpose,
        operations: operations(tape, &activity),
        data: data(tape, &activity),
        subjects: if no_subjects {
            Vec::new()
        } else {
            subjects(tape, &activity)
        },
        time: Some(prost_types::Timestamp {
            // Around the dates that statements hold from and until; one is late in the evening.
            seconds: tape.one(&[1_774_000_000, 1_767_218_400, 1_783_000_000, 1_560_000_000]),
            nanos: 0,
        }),
        ..CheckRequest::default()
    };
    let leaves = [Operation::Disclose, Operation::Transfer];
    let discloses = leaves
        .iter()
        .any(|leaving| asked.operations.contains(&(*leaving).into()));
    if discloses || tape.chance(15) {
        counterparty(tape, &activity, &mut asked);
    }
    if tape.chance(15) {
        asked.source = tape.one(&PARTIES).to_owned();
    }
    facts(tape, &mut asked);
    asked
}

fn last(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

fn purpose(tape: &mut Tape<'_>, activity: &ProcessingActivity) -> String {
    let own = tape.one(&activity.purposes);
    match tape.below(20) {
        0..14 => own.id,
        14..19 => own.codes[0].clone(),
        _ => tape.one(&PURPOSES).1.to_owned(),
    }
}

/// Where the activity declares operations, mostly those.
fn operations(tape: &mut Tape<'_>, activity: &ProcessingActivity) -> Vec<i32> {
    let declared: Vec<i32> = activity
        .operations
        .iter()
        .flat_map(|entry| entry.operations.clone())
        .collect();
    let mut operations = vec![if !declared.is_empty() && tape.chance(50) {
        tape.one(&declared)
    } else {
        tape.one(&OPERATIONS).into()
    }];
    if tape.chance(15) {
        operations.push(tape.one(&OPERATIONS).into());
    }
    operations
}

/// Mostly data that the activity uses.
fn data(tape: &mut Tape<'_>, activity: &ProcessingActivity) -> Vec<String> {
    let declared: Vec<String> = activity
        .data_uses
        .iter()
        .flat_map(|data_use| data_use.data.clone())
        .collect();
    let count = tape.one(&[1, 1, 1, 2, 3]);
    let mut data: Vec<String> = (0..count)
        .map(|_| {
            if tape.chance(15) {
                any_data(tape)
            } else {
                tape.one(&declared)
            }
        })
        .collect();
    data.sort();
    data.dedup();
    data
}

fn any_data(tape: &mut Tape<'_>) -> String {
    let all: Vec<&str> = ORDINARY
        .iter()
        .chain(&PROTECTED)
        .chain(&OWN_ORDINARY)
        .chain(&OWN_PROTECTED)
        .copied()
        .collect();
    tape.one(&all).to_owned()
}

/// Mostly of those that the activity concerns; a person can have several roles.
fn subjects(tape: &mut Tape<'_>, activity: &ProcessingActivity) -> Vec<String> {
    let declared: Vec<String> = activity
        .subjects
        .iter()
        .map(|subject| subject.subject.clone())
        .collect();
    let mut roles = vec![match tape.below(10) {
        0..4 => "dpv:Member".to_owned(),
        4..9 => tape.one(&declared),
        _ => tape.one(&SUBJECTS).to_owned(),
    }];
    if tape.chance(15) {
        roles.push(tape.one(&SUBJECTS).to_owned());
    }
    roles.dedup();
    roles
}

fn counterparty(tape: &mut Tape<'_>, activity: &ProcessingActivity, asked: &mut CheckRequest) {
    if tape.chance(30) {
        asked.processor = tape
            .one(&["chat", "cloud", "ropa:ChatServiceProvider"])
            .to_owned();
        return;
    }
    let mut known: Vec<String> = activity
        .disclosures
        .iter()
        .flat_map(|disclosure| disclosure.recipients.clone())
        .collect();
    known.extend(texts(&PARTIES));
    asked.recipient = tape.one(&known);
}

fn facts(tape: &mut Tape<'_>, asked: &mut CheckRequest) {
    for condition in CONDITIONS {
        let fact = tape.one(&[
            Answer::Yes,
            Answer::Yes,
            Answer::Yes,
            Answer::Unspecified,
            Answer::No,
            Answer::Unknown,
        ]);
        asked.conditions.insert(condition.to_owned(), fact.into());
    }
    for event in EVENTS {
        if tape.chance(25) {
            let when = tape.one(&[
                "2026-02-28",
                "2025-11-24",
                "2015-01-31",
                "2027-06-30",
                "not yet",
                "unknown",
            ]);
            asked.events.insert(event.to_owned(), when.to_owned());
        }
    }
    asked.consents = tape.many(2, consent);
    if tape.chance(15) {
        asked.country = tape.one(&["FI", "US", "GB", "unknown"]).to_owned();
    }
    if tape.chance(15) {
        let tools = [
            TransferTool::StandardClauses,
            TransferTool::Adequacy,
            TransferTool::NoTool,
        ];
        asked.transfer_tool = tape.one(&tools).into();
    }
    if tape.chance(8) {
        asked.form = tape.one(&[2, 3]);
    }
    let answers = [Answer::Yes, Answer::Yes, Answer::No, Answer::Unknown];
    let mut answer = |percent| {
        if tape.chance(percent) {
            tape.one(&answers).into()
        } else {
            0
        }
    };
    asked.requested = answer(50);
    asked.importer_covered = answer(15);
    asked.legal_hold = answer(8);
    asked.legal_claim = answer(15);
    asked.protected_identity = answer(20);
    asked.human_decides = answer(15);
    asked.own = answer(50);
    asked.subject_requested = answer(30);
    if tape.chance(20) {
        asked.channel = tape.one(&[1, 4]);
    }
    if tape.chance(50) {
        asked.legal_reference = "Police Act 4:2".to_owned();
    }
    let requests = [
        RightsRequest::None,
        RightsRequest::Open,
        RightsRequest::Granted,
        RightsRequest::Refused,
        RightsRequest::Unclear,
    ];
    let mut request = || {
        if tape.chance(8) {
            tape.one(&requests).into()
        } else {
            0
        }
    };
    asked.objection = request();
    asked.restriction = request();
    asked.erasure = request();
    if tape.chance(30) {
        let outcomes = [
            DecisionOutcome::Favourable,
            DecisionOutcome::Adverse,
            DecisionOutcome::Mixed,
        ];
        asked.outcome = tape.one(&outcomes).into();
    }
    let attested = [
        FindingCode::RetentionAnchorUnsaid,
        FindingCode::ProtectedIdentityUnchecked,
        FindingCode::OptOutUnchecked,
        FindingCode::VitalInterestSubsidiarity,
    ];
    if tape.chance(4) {
        asked.attested = tape.some(&attested, 3).into_iter().map(Into::into).collect();
    }
}

fn consent(tape: &mut Tape<'_>) -> Consent {
    let states = [
        consent::State::Given,
        consent::State::Given,
        consent::State::NotGiven,
        consent::State::Withdrawn,
        consent::State::Uncertain,
    ];
    Consent {
        state: tape.one(&states).into(),
        explicit: tape.chance(70),
        giver: if tape.chance(20) { tape.one(&[2, 3]) } else { 0 },
        given_on: if tape.chance(20) {
            "2025-12-01".to_owned()
        } else {
            String::new()
        },
        withdrawn_on: if tape.chance(10) {
            "2026-01-15".to_owned()
        } else {
            String::new()
        },
        data: if tape.chance(15) {
            vec![any_data(tape)]
        } else {
            Vec::new()
        },
        recipient: if tape.chance(50) {
            tape.one(&PARTIES).to_owned()
        } else {
            String::new()
        },
        age: if tape.chance(20) { 14 } else { 0 },
        channels: if tape.chance(40) {
            tape.some(&[1, 4], 2)
        } else {
            Vec::new()
        },
        ..Consent::default()
    }
}
