//! What every form of an export shows: who, and the entries of the record.

use super::{
    Made, Of,
    entry::{self, Entry},
    word::{Language, Word},
};
use crate::domain::{
    activity::ActivityState,
    listed::Within,
    organisation::{Contact, Role},
    register::Record,
};

/// A record as it is shown.
pub struct Page {
    /// What the register is called.
    pub title: String,
    /// Which record it is.
    pub kind: Word,
    /// The revision and when it was committed.
    pub revision: String,
    pub time: String,
    /// Who, and how to reach them.
    pub head: Vec<Field>,
    /// What the register says for all entries: a page for people says it once.
    pub common: Vec<Field>,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// A heading and what stands below it.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    pub word: Word,
    pub said: Said,
}

/// What a record says of something.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// This.
    This(Vec<String>),
    /// These, for example.
    Examples(Vec<String>),
    /// That there is none.
    None,
    /// Nothing.
    Nothing,
}

impl Said {
    /// What a list says: nothing where it is empty.
    pub fn list(list: Vec<String>) -> Self {
        if list.is_empty() {
            Self::Nothing
        } else {
            Self::This(list)
        }
    }

    /// Its lines in a language.
    pub fn lines(&self, language: Language) -> Vec<String> {
        match self {
            Self::This(lines) => lines.clone(),
            Self::Examples(lines) => {
                let mut all = vec![format!("{}:", Word::ForExample.in_language(language))];
                all.extend(lines.iter().cloned());
                all
            }
            Self::None => vec![Word::None.in_language(language).to_owned()],
            Self::Nothing => vec![Word::NotStated.in_language(language).to_owned()],
        }
    }
}

/// Puts a record on a page.
pub fn page(record: &Record, made: Made, of: Of, language: Language) -> Page {
    let activities = record.activities.values();
    let shown = activities.filter(|activity| {
        let is_processor = activity.role == Role::Processor;
        activity.state != ActivityState::Draft && is_processor == (of == Of::Processor)
    });
    Page {
        title: record.register.title.clone(),
        kind: match of {
            Of::Controller => Word::ControllerRecord,
            Of::Processor => Word::ProcessorRecord,
        },
        revision: made.revision.to_string(),
        time: made.time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        head: head(record, of, language),
        common: vec![Field {
            word: Word::Measures,
            said: Said::list(
                record
                    .register
                    .defaults
                    .measures
                    .iter()
                    .map(entry::measure)
                    .collect(),
            ),
        }],
        entries: shown
            .map(|activity| entry::entry(Within { record, activity }, of, language))
            .collect(),
    }
}

/// Art. 30(1)(a), 30(2)(a).
fn head(record: &Record, of: Of, language: Language) -> Vec<Field> {
    let controller = &record.register.controller;
    let whose = match of {
        Of::Controller => Word::Controller,
        Of::Processor => Word::Processor,
    };
    let reached = |contact: &Contact| reach(record, contact, language);
    let optional = |contact: &Option<Contact>| Said::list(contact.iter().flat_map(reached).collect());
    let number = Some(controller.registration_number.clone());
    let documents = record.register.documents.iter().map(|document| {
        let version = [
            document.version.clone(),
            document.date.map(|date| date.to_string()).unwrap_or_default(),
        ];
        let version: Vec<String> = version.into_iter().filter(|part| !part.is_empty()).collect();
        match version.as_slice() {
            [] => document.title.clone(),
            version => format!("{} ({})", document.title, version.join(", ")),
        }
    });
    let field = |word, said| Field { word, said };
    vec![
        field(whose, Said::list(vec![controller.legal_name.clone()])),
        field(
            Word::RegistrationNumber,
            Said::list(number.into_iter().filter(|number| !number.is_empty()).collect()),
        ),
        field(
            Word::Contacts,
            Said::list(controller.contacts.iter().flat_map(reached).collect()),
        ),
        field(Word::Representative, optional(&controller.representative)),
        field(Word::Officer, optional(&controller.data_protection_officer)),
        field(Word::Authority, optional(&controller.supervisory_authority)),
        field(Word::Documents, Said::list(documents.collect())),
    ]
}

/// How somebody is reached, in one line.
pub fn reach(record: &Record, contact: &Contact, language: Language) -> Option<String> {
    let person = record.person(contact);
    let erased = person.filter(|person| person.is_erased);
    let erased = erased.map(|_| Word::Erased.in_language(language));
    let own = [&contact.address, &contact.phone, &contact.email, &contact.web];
    let of_person = person.map(|person| [&person.full_name, &person.address, &person.phone, &person.email]);
    let said: Vec<&str> = [&contact.function]
        .into_iter()
        .chain(of_person.into_iter().flatten())
        .chain(own)
        .map(String::as_str)
        .chain(erased)
        .filter(|part| !part.is_empty())
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}
