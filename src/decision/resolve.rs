//! Looks up what a question names: terms, parties, purposes. What is not known is TERM_UNKNOWN, with the nearest.

use super::{
    case::{Counterparty, Party},
    outcome::Outcome,
};
use crate::domain::{
    activity::Activity,
    finding::{Finding, FindingCode},
    question::{Counterparty as Asked, Question},
    register::Record,
    statement::PurposeRef,
    term::{Term, UnknownTerm},
    vocabulary::{self, Facet},
};

/// A question with its terms looked up in the record.
pub struct Resolved {
    pub data: Vec<Term>,
    pub person: Vec<Term>,
    pub counterparty: Counterparty,
    pub source: Option<Party>,
    /// TERM_UNKNOWN for each that is not known.
    pub unknown: Outcome,
}

impl Resolved {
    /// Looks up every term of the question.
    pub fn new(record: &Record, question: &Question) -> Self {
        let mut unknown = Outcome::default();
        let mut miss = |field: String, message: String| {
            let finding = Finding::new(FindingCode::TermUnknown).detail(message).asks(field);
            unknown = std::mem::take(&mut unknown).with(finding);
        };
        let mut terms = |field: &str, facet: Facet, texts: &[String]| -> Vec<Term> {
            let known = if facet == Facet::Data {
                &record.data
            } else {
                &record.subjects
            };
            let mut found = Vec::new();
            for (index, text) in texts.iter().enumerate() {
                match Term::parse(facet, text).ok().filter(|term| known.contains(term)) {
                    Some(term) => found.push(term),
                    None => {
                        let mut near = UnknownTerm::new(facet, text);
                        near.nearest
                            .extend(nearest(text, known.own_ids().map(|id| id.as_str())).map(str::to_owned));
                        miss(format!("{field}[{index}]"), format!("{} {near}", facet.noun()));
                    }
                }
            }
            found
        };
        let data = terms("data", Facet::Data, &question.data);
        let person = terms("subjects", Facet::Subject, &question.subjects);
        let mut look_up = |field: &str, text: &str| {
            party(record, text)
                .map_err(|message| miss(field.to_owned(), message))
                .ok()
        };
        let counterparty = match &question.counterparty {
            Asked::None => Counterparty::None,
            Asked::Recipient(text) => {
                look_up("recipient", text).map_or(Counterparty::None, Counterparty::Recipient)
            }
            Asked::Processor(text) => {
                look_up("processor", text).map_or(Counterparty::None, Counterparty::Processor)
            }
        };
        let source = question
            .source
            .as_deref()
            .and_then(|text| look_up("source", text));
        Self {
            data,
            person,
            counterparty,
            source,
            unknown,
        }
    }
}

/// The recipient, processor or kind that a text names.
pub fn party(record: &Record, text: &str) -> Result<Party, String> {
    if text.contains(':') {
        return match vocabulary::lookup(Facet::Party, text) {
            Some(code) => Ok(Party {
                id: None,
                kinds: vec![code],
                countries: Vec::new(),
            }),
            None => Err(format!(
                "kind of recipient {}",
                UnknownTerm::new(Facet::Party, text)
            )),
        };
    }
    let recipient = record.recipients.iter().find(|(id, _)| id.as_str() == text);
    if let Some((id, found)) = recipient {
        return Ok(Party {
            id: Some(id.clone()),
            kinds: found.kinds.clone(),
            countries: found.countries.clone(),
        });
    }
    let processor = record.processors.iter().find(|(id, _)| id.as_str() == text);
    if let Some((id, found)) = processor {
        return Ok(Party {
            id: Some(id.clone()),
            kinds: found.kinds.clone(),
            countries: found.countries.clone(),
        });
    }
    let known = record
        .recipients
        .keys()
        .chain(record.processors.keys())
        .map(|id| id.as_str());
    let near = nearest(text, known)
        .map(|near| format!("; nearest: `{near}`"))
        .unwrap_or_default();
    Err(format!("`{text}` is not known{near}"))
}

/// The purpose that a text names: a code, or the id of a purpose of the activity.
pub fn purpose_ref(activity: &Activity, text: &str) -> Result<PurposeRef, String> {
    if text.contains(':') {
        let code = vocabulary::lookup(Facet::Purpose, text).map(PurposeRef::Code);
        return code.ok_or_else(|| format!("purpose {}", UnknownTerm::new(Facet::Purpose, text)));
    }
    let own = activity
        .purposes
        .iter()
        .find(|purpose| purpose.id.as_str() == text);
    own.map(|purpose| PurposeRef::Id(purpose.id.clone()))
        .ok_or_else(|| {
            let near = nearest(text, activity.purposes.iter().map(|purpose| purpose.id.as_str()));
            let near = near
                .map(|near| format!("; nearest: `{near}`"))
                .unwrap_or_default();
            format!("purpose `{text}` is not known{near}")
        })
}

/// The known id that is most like a text.
pub fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::jaro_winkler(text, known), known))
        .filter(|(score, _)| *score > 0.7)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}
