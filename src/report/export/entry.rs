//! An entry of the record: an activity with what Art. 30(1)(b)-(g) or 30(2)(b)-(d) asks for.

use jiff::civil::Date;

use super::{
    Of,
    kept::{self, DataLine},
    page::{Field, Said, reach},
    word::{Language, Word, operation},
};
use crate::domain::{
    activity::{ActivityState, Disclosure, LegalBasis, Place},
    listed::Within,
    organisation::{Contact, Principal, Role},
    party::{ContractState, Country, Transfer, TransferTool},
    register::Record,
    statement::{List, Measure, PartyRef, Says},
};

/// An entry.
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What is said of the whole of it.
    pub fields: Vec<Field>,
    /// Its data categories, each with its class and periods; empty in a processor's record.
    pub data: Vec<DataLine>,
    /// What is said where there are none.
    pub no_data: Said,
}

/// Shows an activity.
pub fn entry(within: Within<'_>, of: Of, language: Language) -> Entry {
    let activity = within.activity;
    let field = |word, said| Field { word, said };
    let mut fields = Vec::new();
    if let Some(said) = in_effect(within, language) {
        fields.push(field(Word::InEffect, Said::This(vec![said])));
    }
    if !activity.description.is_empty() {
        let said = Said::This(vec![activity.description.clone()]);
        fields.push(field(Word::Description, said));
    }
    if of == Of::Controller {
        let joint = activity.joint_controllers.iter().map(|joint| {
            let contact = joint.contact.as_ref();
            let contact = contact.and_then(|contact| reach(within.record, contact, language));
            [Some(joint.legal_name.clone()), contact]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        });
        if activity.role == Role::JointController || !activity.joint_controllers.is_empty() {
            fields.push(field(Word::JointControllers, list(within, None, joint.collect())));
        }
        fields.push(field(
            Word::Purposes,
            list(within, Some(List::Purposes), purposes(within)),
        ));
        fields.push(field(
            Word::Subjects,
            list(within, Some(List::Subjects), subjects(within)),
        ));
        let texts = activity
            .data_uses
            .iter()
            .filter(|data_use| data_use.stated.declares());
        let texts: Vec<String> = texts.map(|data_use| data_use.text.clone()).collect();
        if texts.iter().any(|text| !text.is_empty()) {
            fields.push(field(Word::DataInWords, list(within, None, texts)));
        }
        fields.push(field(
            Word::Recipients,
            list(within, Some(List::Recipients), recipients(within, language)),
        ));
    } else {
        let principals = activity
            .controllers
            .iter()
            .map(|principal| by(within.record, principal, language));
        fields.push(field(Word::Principals, list(within, None, principals.collect())));
        fields.push(field(
            Word::Categories,
            list(within, None, categories(within, language)),
        ));
    }
    fields.push(field(
        Word::Processors,
        list(within, Some(List::Processors), processors(within, language)),
    ));
    let transfers = || {
        let ids = activity.transfers.iter();
        ids.filter_map(|id| within.record.transfers.get(id))
    };
    fields.push(field(
        Word::Transfers,
        list(
            within,
            Some(List::Transfers),
            transfers()
                .map(|transfer| to(within.record, transfer, language))
                .collect(),
        ),
    ));
    if !activity.transfers.is_empty() {
        let safeguards = transfers().filter_map(safeguard).collect();
        fields.push(field(Word::Safeguards, list(within, None, safeguards)));
    }
    let measures = within.measures();
    fields.push(field(
        Word::Measures,
        list(within, None, measures.entries.iter().map(measure).collect()),
    ));
    if of == Of::Controller {
        let bases = within.legal_bases();
        let grounds = bases.entries.iter().filter(|basis| basis.stated.declares());
        let grounds = grounds.map(|basis| ground(within, basis)).collect();
        fields.push(field(
            Word::Grounds,
            list(within, Some(List::LegalBases), grounds),
        ));
    }
    Entry {
        id: activity.name.id().to_string(),
        title: activity.title.clone(),
        fields,
        data: if of == Of::Controller {
            kept::data(within, language)
        } else {
            Vec::new()
        },
        no_data: list(within, Some(List::Data), Vec::new()),
    }
}

/// What a list says, with what is said of the whole of it.
pub fn list(within: Within<'_>, extent: Option<List>, mut lines: Vec<String>) -> Said {
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| !line.is_empty() && seen.insert(line.clone()));
    let says = extent
        .and_then(|list| within.extent(list))
        .map(|(_, extent)| extent.says);
    match (lines.is_empty(), says) {
        (true, Some(Says::None)) => Said::None,
        (true, _) => Said::Nothing,
        (false, Some(Says::Examples)) => Said::Examples(lines),
        (false, _) => Said::This(lines),
    }
}

/// When it is carried out, where that is limited.
fn in_effect(within: Within<'_>, language: Language) -> Option<String> {
    let effective = within.activity.effective;
    let last = effective.until.and_then(|until| until.yesterday().ok());
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let dates = (effective.from.is_some() || last.is_some()).then(|| {
        format!("{} – {}", day(effective.from), day(last))
            .trim()
            .to_owned()
    });
    let retired = (within.activity.state == ActivityState::Retired)
        .then(|| Word::Retired.in_language(language).to_owned());
    let said: Vec<String> = dates.into_iter().chain(retired).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn purposes(within: Within<'_>) -> Vec<String> {
    let declared = within
        .activity
        .purposes
        .iter()
        .filter(|purpose| purpose.stated.declares());
    declared
        .map(|purpose| {
            let codes: Vec<&str> = purpose.codes.iter().map(|code| code.concept().label).collect();
            match (purpose.text.is_empty(), codes.is_empty()) {
                (true, _) => codes.join(", "),
                (false, true) => purpose.text.clone(),
                (false, false) => format!("{} ({})", purpose.text, codes.join(", ")),
            }
        })
        .collect()
}

fn subjects(within: Within<'_>) -> Vec<String> {
    let declared = within
        .activity
        .subjects
        .iter()
        .filter(|entry| entry.stated.declares());
    declared
        .map(|entry| within.record.subjects.title(&entry.subject).to_owned())
        .collect()
}

/// What a party of the record is called.
fn party(record: &Record, party: &PartyRef) -> String {
    match party {
        PartyRef::Kind(code) => code.concept().label.to_owned(),
        PartyRef::Named(id) => {
            let recipient = record.recipients.get(id).map(|recipient| &recipient.title);
            let processor = record.processors.get(id).map(|processor| &processor.title);
            recipient
                .or(processor)
                .map_or_else(|| id.to_string(), Clone::clone)
        }
    }
}

fn recipients(within: Within<'_>, language: Language) -> Vec<String> {
    let disclosures = within.activity.disclosures.iter();
    let declared = disclosures.filter(|disclosure| disclosure.stated.declares());
    declared
        .map(|disclosure: &Disclosure| {
            let titles = disclosure.recipients.iter();
            let titles: Vec<String> = titles.map(|recipient| party(within.record, recipient)).collect();
            let to = if titles.is_empty() {
                Word::ByConsent.in_language(language).to_owned()
            } else {
                titles.join(", ")
            };
            let places: Vec<String> = disclosure.places.iter().map(place).collect();
            let places = Some(places.join(", ")).filter(|places| !places.is_empty());
            let text = Some(disclosure.text.clone()).filter(|text| !text.is_empty());
            let conditions = disclosure.conditions.iter().map(|id| {
                let condition = within.record.register.conditions.get(id);
                let text = condition.map_or(id.as_str(), |condition| condition.text.as_str());
                format!("{}: {text}", Word::If.in_language(language))
            });
            let more: Vec<String> = places.into_iter().chain(conditions).chain(text).collect();
            if more.is_empty() {
                to
            } else {
                format!("{to} ({})", more.join("; "))
            }
        })
        .collect()
}

fn place(place: &Place) -> String {
    match place {
        Place::Eea => "EEA".to_owned(),
        Place::Country(country) => country.as_str().to_owned(),
    }
}

fn processors(within: Within<'_>, language: Language) -> Vec<String> {
    let uses = within.processors();
    let declared = uses.entries.iter().filter(|entry| entry.stated.declares());
    declared
        .filter_map(|entry| within.record.processors.get(&entry.processor))
        .map(|processor| {
            let countries: Vec<&str> = processor.countries.iter().map(Country::as_str).collect();
            let contract = match processor.contract.state {
                ContractState::Concluded => Word::Contract.in_language(language),
                ContractState::NotStated | ContractState::Missing => "",
            };
            let more = [countries.join(", "), contract.to_owned()];
            let more: Vec<String> = more.into_iter().filter(|part| !part.is_empty()).collect();
            if more.is_empty() {
                processor.title.clone()
            } else {
                format!("{} ({})", processor.title, more.join("; "))
            }
        })
        .collect()
}

fn by(record: &Record, principal: &Principal, language: Language) -> String {
    let reached = |contact: &Option<Contact>| reach(record, contact.as_ref()?, language);
    let contact = reached(&principal.contact);
    let name = [Some(principal.legal_name.clone()), contact];
    let mut said = name.into_iter().flatten().collect::<Vec<_>>().join(", ");
    for (word, contact) in [
        (Word::Representative, &principal.representative),
        (Word::Officer, &principal.data_protection_officer),
    ] {
        if let Some(reached) = reached(contact) {
            said.push_str(&format!("; {}: {reached}", word.in_language(language)));
        }
    }
    said
}

/// Art. 30(2)(b): what is done for the controllers.
fn categories(within: Within<'_>, language: Language) -> Vec<String> {
    let purposes = purposes(within);
    let operations = within.activity.operations.iter();
    let declared = operations.filter(|entry| entry.stated.declares());
    let named = declared.flat_map(|entry| {
        entry
            .operations
            .iter()
            .map(|asked| operation(*asked, language).to_owned())
    });
    std::iter::once(within.activity.title.clone())
        .chain(purposes)
        .chain(named)
        .collect()
}

fn to(record: &Record, transfer: &Transfer, language: Language) -> String {
    let countries: Vec<&str> = transfer.countries.iter().map(Country::as_str).collect();
    let countries = if countries.is_empty() {
        Word::Anywhere.in_language(language).to_owned()
    } else {
        countries.join(", ")
    };
    let importers = transfer.importers.iter();
    let importers: Vec<String> = importers
        .map(|importer| party(record, &PartyRef::Named(importer.clone())))
        .collect();
    let importers = Some(importers.join(", ")).filter(|importers| !importers.is_empty());
    let text = Some(transfer.text.clone()).filter(|text| !text.is_empty());
    let more: Vec<String> = importers.into_iter().chain(text).collect();
    if more.is_empty() {
        format!("{}: {countries}", transfer.title)
    } else {
        format!("{}: {countries} ({})", transfer.title, more.join("; "))
    }
}

fn safeguard(transfer: &Transfer) -> Option<String> {
    let tool = transfer.tool.and_then(TransferTool::article).map(str::to_owned);
    let reference = Some(transfer.reference.clone()).filter(|reference| !reference.is_empty());
    let said: Vec<String> = tool.into_iter().chain(reference).collect();
    (!said.is_empty()).then(|| format!("{}: {}", transfer.title, said.join(", ")))
}

/// A measure in words.
pub fn measure(measure: &Measure) -> String {
    let codes: Vec<&str> = measure.codes.iter().map(|code| code.concept().label).collect();
    match (measure.text.is_empty(), codes.is_empty()) {
        (true, _) => codes.join(", "),
        (false, true) => measure.text.clone(),
        (false, false) => format!("{} ({})", measure.text, codes.join(", ")),
    }
}

fn ground(within: Within<'_>, basis: &LegalBasis) -> String {
    let point = basis
        .article_6
        .map(|point| format!("Art. 6(1)({})", point.letter()));
    let exception = basis
        .article_9
        .map(|exception| format!("Art. 9(2)({})", exception.letter()));
    let others = [(basis.article_10, "Art. 10"), (basis.article_87, "Art. 87")];
    let others = others
        .into_iter()
        .filter(|(code, _)| code.is_some())
        .map(|(_, article)| article.to_owned());
    let laws = basis.laws.iter().map(|law| {
        let provision = if law.provision.is_empty() {
            String::new()
        } else {
            format!(", {}", law.provision)
        };
        format!("{}{provision}", law.act)
    });
    let said: Vec<String> = point
        .into_iter()
        .chain(exception)
        .chain(others)
        .chain(laws)
        .collect();
    let data: Vec<&str> = basis
        .scope
        .data
        .iter()
        .map(|data| within.record.data.title(data))
        .collect();
    match data.as_slice() {
        [] => said.join("; "),
        data => format!("{} ({})", said.join("; "), data.join(", ")),
    }
}
