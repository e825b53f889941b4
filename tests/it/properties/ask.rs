//! Asks questions without a server, a database or a clock: a document becomes a record, and that is asked.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use ropa::{
    decision::{self, Decision, Snapshot},
    document::{self, Draft, InvalidDraft, json, wire},
    domain::{
        finding::{FindingCode, Verdict},
        name::Revision,
        party::Country,
        question::{Consent, ConsentState, Counterparty, EventFact, Facts, Giver, PlaceFact, Question},
        vocabulary::{self, Facet},
    },
    pb::{self, CheckRequest, RegisterDocument, consent},
};

/// The snapshot that a server would serve after the document was applied.
pub fn snapshot(document: &RegisterDocument) -> Snapshot {
    let draft = match Draft::new(document.clone()) {
        Ok(draft) => draft,
        Err(InvalidDraft::Mistakes(mistakes)) => panic!("the generator makes mistakes: {mistakes:?}"),
        Err(unreadable) => panic!("{unreadable}"),
    };
    let revision = Revision::new(1);
    let stored: Vec<document::Stored> = draft
        .resources
        .into_iter()
        .map(|resource| document::Stored {
            name: resource.name,
            revision,
            json: resource.json,
            path: None,
        })
        .collect();
    let record = document::record(&draft.register, &stored)
        .unwrap_or_else(|mistakes| panic!("the generator makes mistakes: {mistakes:?}"));
    Snapshot {
        revision,
        records: BTreeMap::from([(draft.register, Arc::new(record))]),
    }
}

pub fn decide(snapshot: &Snapshot, asked: &CheckRequest) -> Decision {
    let question = question(asked);
    decision::decide(&snapshot.records[&question.register], &question)
}

pub fn verdict(snapshot: &Snapshot, asked: &CheckRequest) -> Verdict {
    decide(snapshot, asked).verdict
}

/// What a decision rests on, shortly.
pub fn codes(decision: &Decision) -> Vec<&'static str> {
    decision
        .findings
        .iter()
        .map(|finding| finding.code.rule().code)
        .collect()
}

/// Everything that is needed to see a failure again.
pub fn shown(document: &RegisterDocument, asked: &CheckRequest) -> String {
    let document = json::write("RegisterDocument", document).unwrap();
    let asked = json::write("CheckRequest", asked).unwrap();
    format!("\n  question {asked}\n  document {document}")
}

fn meaning<Wire: wire::Meaning<Inside>, Inside>(number: i32) -> Inside {
    wire::meaning::<Wire, Inside>(number).unwrap()
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A well-formed request as a question.
fn question(asked: &CheckRequest) -> Question {
    let time = asked.time.unwrap_or_default();
    let counterparty = match (asked.recipient.as_str(), asked.processor.as_str()) {
        ("", "") => Counterparty::None,
        (recipient, "") => Counterparty::Recipient(recipient.to_owned()),
        (_, processor) => Counterparty::Processor(processor.to_owned()),
    };
    let country = match asked.country.as_str() {
        "" => PlaceFact::Unsaid,
        code => Country::parse(code).map_or(PlaceFact::Unknown, PlaceFact::Country),
    };
    let events = asked.events.iter().map(|(event, when)| {
        let code = vocabulary::lookup(Facet::Event, event).unwrap();
        let when = match when.as_str() {
            "not yet" => EventFact::NotYet,
            "unknown" => EventFact::Unknown,
            date => EventFact::On(document::date(date).unwrap()),
        };
        (code.as_str(), when)
    });
    let conditions = asked.conditions.iter();
    Question {
        register: asked.register.parse().unwrap(),
        activity: said(&asked.activity),
        purpose: said(&asked.purpose),
        operations: asked
            .operations
            .iter()
            .map(|number| meaning::<pb::Operation, _>(*number))
            .collect(),
        data: asked.data.clone(),
        subjects: asked.subjects.clone(),
        counterparty,
        source: said(&asked.source),
        time: Timestamp::new(time.seconds, time.nanos).unwrap(),
        facts: Facts {
            country,
            transfer_tool: meaning::<pb::TransferTool, Option<_>>(asked.transfer_tool),
            importer_covered: meaning::<pb::Answer, _>(asked.importer_covered),
            form: meaning::<pb::DataForm, _>(asked.form),
            events: events.collect(),
            conditions: conditions
                .map(|(id, number)| (id.clone(), meaning::<pb::Answer, _>(*number)))
                .collect(),
            consents: asked.consents.iter().map(consent_said).collect(),
            requested: meaning::<pb::Answer, _>(asked.requested),
            subject_requested: meaning::<pb::Answer, _>(asked.subject_requested),
            legal_reference: said(&asked.legal_reference),
            objection: meaning::<pb::RightsRequest, _>(asked.objection),
            restriction: meaning::<pb::RightsRequest, _>(asked.restriction),
            erasure: meaning::<pb::RightsRequest, _>(asked.erasure),
            legal_hold: meaning::<pb::Answer, _>(asked.legal_hold),
            legal_claim: meaning::<pb::Answer, _>(asked.legal_claim),
            need_to_know: meaning::<pb::Answer, _>(asked.need_to_know),
            protected_identity: meaning::<pb::Answer, _>(asked.protected_identity),
            outcome: wire::meaning::<pb::DecisionOutcome, _>(asked.outcome),
            own: meaning::<pb::Answer, _>(asked.own),
            channel: wire::meaning::<pb::Channel, _>(asked.channel),
            human_decides: meaning::<pb::Answer, _>(asked.human_decides),
            attested: asked
                .attested
                .iter()
                .filter_map(|number| FindingCode::from_number(*number))
                .collect(),
        },
    }
}

fn consent_said(consent: &pb::Consent) -> Consent {
    Consent {
        state: match consent.state() {
            consent::State::Given => ConsentState::Given,
            consent::State::NotGiven => ConsentState::NotGiven,
            consent::State::Withdrawn => ConsentState::Withdrawn,
            consent::State::Uncertain | consent::State::Unspecified => ConsentState::Unknown,
        },
        explicit: consent.explicit,
        giver: match consent.giver() {
            consent::Giver::Unspecified | consent::Giver::Subject => Giver::Subject,
            consent::Giver::Representative => Giver::Representative,
            consent::Giver::AnotherPerson => Giver::AnotherPerson,
        },
        given_on: document::date(&consent.given_on),
        withdrawn_on: document::date(&consent.withdrawn_on),
        purpose: said(&consent.purpose),
        data: consent.data.clone(),
        recipient: said(&consent.recipient),
        age: u32::try_from(consent.age).ok().filter(|age| *age > 0),
        channels: consent
            .channels
            .iter()
            .map(|number| meaning::<pb::Channel, _>(*number))
            .collect(),
    }
}
