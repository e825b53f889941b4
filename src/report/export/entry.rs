//! An entry of the record: an activity with what Art. 30(1)(b)-(g) or 30(2)(b)-(d) asks for.

use super::{
    Of,
    page::{Field, Said, reach},
    word::{Language, Word, operation, period},
};
use crate::domain::{
    activity::{Disclosure, LegalBasis},
    listed::Within,
    organisation::Principal,
    party::{ContractState, Transfer, TransferTool},
    register::Record,
    retention::RetentionRule,
    statement::{List, Measure, PartyRef, Says},
    term::{DataClass, Term},
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
}

/// A data category.
pub struct DataLine {
    /// What it is called.
    pub title: String,
    /// What the law makes of it.
    pub classes: Vec<Word>,
    /// How long it is kept.
    pub retention: Said,
}

/// Shows an activity.
pub fn entry(within: Within<'_>, of: Of, language: Language) -> Entry {
    let activity = within.activity;
    let field = |word, said| Field { word, said };
    let mut fields = Vec::new();
    if !activity.description.is_empty() {
        let said = Said::This(vec![activity.description.clone()]);
        fields.push(field(Word::Description, said));
    }
    if of == Of::Controller {
        let joint = activity.joint_controllers.iter().map(|joint| {
            let contact = joint.contact.as_ref().and_then(reach);
            [Some(joint.legal_name.clone()), contact]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        });
        fields.push(field(Word::JointControllers, list(within, None, joint.collect())));
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
            list(within, Some(List::Recipients), recipients(within)),
        ));
    } else {
        let principals = activity
            .controllers
            .iter()
            .flat_map(|principal| by(principal, language));
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
            transfers().map(|transfer| to(transfer, language)).collect(),
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
            data(within, language)
        } else {
            Vec::new()
        },
    }
}

/// What a list says, with what is said of the whole of it.
fn list(within: Within<'_>, extent: Option<List>, mut lines: Vec<String>) -> Said {
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

fn recipients(within: Within<'_>) -> Vec<String> {
    let disclosures = within.activity.disclosures.iter();
    let declared = disclosures.filter(|disclosure| disclosure.stated.declares());
    declared
        .flat_map(|disclosure: &Disclosure| {
            let titles: Vec<String> = disclosure
                .recipients
                .iter()
                .map(|recipient| party(within.record, recipient))
                .collect();
            match (titles.is_empty(), disclosure.text.is_empty()) {
                (true, _) => vec![disclosure.text.clone()],
                (false, true) => titles,
                (false, false) => vec![format!("{} ({})", titles.join(", "), disclosure.text)],
            }
        })
        .collect()
}

fn processors(within: Within<'_>, language: Language) -> Vec<String> {
    let uses = within.processors();
    let declared = uses.entries.iter().filter(|entry| entry.stated.declares());
    declared
        .filter_map(|entry| within.record.processors.get(&entry.processor))
        .map(|processor| match processor.contract.state {
            ContractState::Concluded => {
                format!("{} ({})", processor.title, Word::Contract.in_language(language))
            }
            ContractState::NotStated | ContractState::Missing => processor.title.clone(),
        })
        .collect()
}

fn by(principal: &Principal, language: Language) -> Vec<String> {
    let contact = principal.contact.as_ref().and_then(reach);
    let name = [Some(principal.legal_name.clone()), contact];
    let mut lines = vec![name.into_iter().flatten().collect::<Vec<_>>().join(", ")];
    for (word, contact) in [
        (Word::Representative, &principal.representative),
        (Word::Officer, &principal.data_protection_officer),
    ] {
        let reached = contact.as_ref().and_then(reach);
        lines.extend(reached.map(|reached| format!("{}: {reached}", word.in_language(language))));
    }
    lines
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

fn to(transfer: &Transfer, language: Language) -> String {
    let countries: Vec<&str> = transfer
        .countries
        .iter()
        .map(|country| country.as_str())
        .collect();
    let countries = if countries.is_empty() {
        Word::Anywhere.in_language(language).to_owned()
    } else {
        countries.join(", ")
    };
    format!("{}: {countries}", transfer.title)
}

fn safeguard(transfer: &Transfer) -> Option<String> {
    let tool = transfer.tool.and_then(TransferTool::article).map(str::to_owned);
    let reference = Some(transfer.reference.clone()).filter(|reference| !reference.is_empty());
    let said: Vec<String> = [tool, reference].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(": "))
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

/// Each category once, with every period that touches it.
fn data(within: Within<'_>, language: Language) -> Vec<DataLine> {
    let terms = &within.record.data;
    let mut seen: Vec<&Term> = Vec::new();
    let mut lines = Vec::new();
    let uses = within.activity.data_uses.iter();
    for data_use in uses.filter(|data_use| data_use.stated.declares()) {
        for data in &data_use.data {
            if seen.contains(&data) {
                continue;
            }
            seen.push(data);
            let classes = terms.classes(data).union(data_use.raised_to);
            let all = [
                DataClass::Ordinary,
                DataClass::Special,
                DataClass::Criminal,
                DataClass::NationalNumber,
            ];
            let title = terms.title(data).to_owned();
            lines.push(DataLine {
                title,
                classes: all
                    .into_iter()
                    .filter(|class| classes.is(*class))
                    .map(Word::of_class)
                    .collect(),
                retention: kept(within, data, language),
            });
        }
    }
    lines
}

fn kept(within: Within<'_>, data: &Term, language: Language) -> Said {
    let terms = &within.record.data;
    let touches = |rule: &&RetentionRule| {
        !rule.scope.names_data()
            || rule.scope.data.iter().any(|kept| terms.overlaps(data, kept))
            || rule
                .scope
                .data_classes
                .iter()
                .any(|class| terms.classes(data).is(*class))
    };
    let [own, default] = within.retention();
    let of = |rules: &[RetentionRule]| -> Vec<String> {
        let touching = rules.iter().filter(touches);
        touching.map(|rule| limit(rule, language)).collect()
    };
    let own = of(own.entries);
    // What the activity says takes the place of what the register says.
    list(
        within,
        None,
        if own.is_empty() { of(default.entries) } else { own },
    )
}

fn limit(rule: &RetentionRule, language: Language) -> String {
    let events = std::iter::once(rule.event).chain(rule.or_events.iter().copied());
    let events: Vec<&str> = events.map(|event| event.concept().label).collect();
    let computed = match rule.period {
        None => Word::Open.in_language(language).to_owned(),
        Some(length) => {
            let after = Word::After.in_language(language);
            let said = format!("{} {after}: {}", period(length, language), events.join(" / "));
            if rule.limit.is_maximum() {
                said
            } else {
                format!("{} {said}", Word::AtLeast.in_language(language))
            }
        }
    };
    if rule.text.is_empty() {
        computed
    } else {
        format!("{computed} ({})", rule.text)
    }
}
