//! The data of an entry and how long it is kept (Art. 30(1)(c), (f)).

use super::{
    entry::list,
    page::Said,
    word::{Language, Word, operation, period},
};
use crate::domain::{
    activity::DataUse,
    listed::Within,
    name::Id,
    operation::Operation,
    retention::{Certainty, EndAction, Extension, Limit, RetentionRule},
    statement::PurposeRef,
    term::{DataClass, Term},
};

/// A data category.
pub struct DataLine {
    /// What it is called.
    pub title: String,
    /// Whose it is, where the record says so.
    pub whose: Vec<String>,
    /// What the law makes of it.
    pub classes: Vec<Word>,
    /// How long it is kept.
    pub retention: Said,
}

/// Each category once, with what any of its uses makes of it, and every period that touches it.
pub fn data(within: Within<'_>, language: Language) -> Vec<DataLine> {
    const CLASSES: [DataClass; 4] = [
        DataClass::Ordinary,
        DataClass::Special,
        DataClass::Criminal,
        DataClass::NationalNumber,
    ];
    let terms = &within.record.data;
    let uses = within.activity.data_uses.iter();
    let uses: Vec<_> = uses.filter(|data_use| data_use.stated.declares()).collect();
    let mut seen: Vec<&Term> = Vec::new();
    let mut lines = Vec::new();
    for data in uses.iter().flat_map(|data_use| &data_use.data) {
        if seen.contains(&data) {
            continue;
        }
        seen.push(data);
        let raised = uses.iter().filter(|data_use| data_use.data.contains(data));
        let classes = raised.fold(terms.classes(data), |classes, data_use| {
            classes.union(data_use.raised_to)
        });
        lines.push(DataLine {
            title: terms.title(data).to_owned(),
            whose: whose(within, &uses, data),
            classes: CLASSES
                .into_iter()
                .filter(|class| classes.is(*class))
                .map(Word::of_class)
                .collect(),
            retention: kept(within, data, |class| classes.is(class), language),
        });
    }
    lines
}

/// Whose a category is: nothing where a use of it is of everybody's.
fn whose(within: Within<'_>, uses: &[&DataUse], data: &Term) -> Vec<String> {
    let of_data = || uses.iter().filter(|data_use| data_use.data.contains(data));
    if of_data().any(|data_use| data_use.subjects.is_empty()) {
        return Vec::new();
    }
    let mut titles: Vec<String> = of_data()
        .flat_map(|data_use| &data_use.subjects)
        .map(|subject| within.record.subjects.title(subject).to_owned())
        .collect();
    titles.sort();
    titles.dedup();
    titles
}

/// What the activity says takes the place of what the register says, on its own side: of the longest or the shortest.
fn kept(within: Within<'_>, data: &Term, is: impl Fn(DataClass) -> bool, language: Language) -> Said {
    let terms = &within.record.data;
    let touches = |rule: &&RetentionRule| {
        !rule.scope.names_data()
            || rule.scope.data.iter().any(|kept| terms.overlaps(data, kept))
            || rule.scope.data_classes.iter().any(|class| is(*class))
    };
    let [own, default] = within.retention();
    let mut rules: Vec<&RetentionRule> = own.entries.iter().filter(touches).collect();
    // A rule for some purposes, persons or cases leaves the register's for the others.
    let is_for_all = |rule: &RetentionRule| {
        let scope = &rule.scope;
        scope.purposes.is_empty() && scope.subjects.is_empty() && rule.conditions.is_empty()
    };
    let says = |side: fn(Limit) -> bool| {
        let mut all = rules.iter().filter(|rule| is_for_all(rule));
        all.any(|rule| side(rule.limit))
    };
    let (longest, shortest) = (says(Limit::is_maximum), says(Limit::is_minimum));
    let counts =
        |rule: &&RetentionRule| rule.limit.is_maximum() && !longest || rule.limit.is_minimum() && !shortest;
    rules.extend(default.entries.iter().filter(touches).filter(counts));
    let lines = rules.into_iter().map(|rule| limit(within, rule, language));
    list(within, None, lines.collect())
}

fn limit(within: Within<'_>, rule: &RetentionRule, language: Language) -> String {
    let say = |word: Word| word.in_language(language);
    let events = std::iter::once(rule.event).chain(rule.or_events.iter().copied());
    let events: Vec<&str> = events.map(|event| event.concept().label).collect();
    let mut parts = vec![match rule.period {
        None => say(Word::Open).to_owned(),
        Some(length) => {
            let said = format!(
                "{} {}: {}",
                period(length, language),
                say(Word::After),
                events.join(" / ")
            );
            if rule.limit.is_maximum() {
                said
            } else {
                format!("{} {said}", say(Word::AtLeast))
            }
        }
    }];
    if !rule.margin.is_zero() {
        let margin = period(rule.margin, language);
        parts.push(format!("{} {margin}", say(Word::StoredOnly)));
    }
    let prolonged = rule.extensions.iter().map(|extension: &Extension| {
        let event = extension.event.concept().label;
        let length = extension.period.map(|length| period(length, language));
        let length = length.unwrap_or_else(|| say(Word::Open).to_owned());
        format!("{} {event}: {length}", say(Word::ProlongedBy))
    });
    parts.extend(prolonged);
    if rule.certainty == Certainty::Interpreted {
        parts.push(say(Word::Interpreted).to_owned());
    }
    let end = match rule.end_action {
        EndAction::NotStated | EndAction::Erasure => None,
        EndAction::Anonymisation => Some(operation(Operation::Anonymise, language)),
        EndAction::Archiving => Some(operation(Operation::Archive, language)),
        EndAction::Restricting => Some(operation(Operation::Restrict, language)),
        EndAction::Review => Some(say(Word::Review)),
    };
    parts.extend(end.map(|end| format!("{}: {end}", say(Word::AtTheEnd))));
    let subjects = rule.scope.subjects.iter();
    let subjects = subjects.map(|subject| within.record.subjects.title(subject));
    let purposes = rule.scope.purposes.iter().map(|served| match served {
        PurposeRef::Code(code) => code.concept().label,
        PurposeRef::Id(id) => purpose(within, id),
    });
    let whose = subjects.chain(purposes).collect::<Vec<_>>();
    if !whose.is_empty() {
        parts.push(format!("{}: {}", say(Word::For), whose.join(", ")));
    }
    let conditions = rule.conditions.iter();
    parts.extend(conditions.map(|id| {
        let condition = within.record.register.conditions.get(id);
        let text = condition.map_or(id.as_str(), |condition| condition.text.as_str());
        format!("{}: {text}", say(Word::If))
    }));
    let computed = parts.join("; ");
    if rule.text.is_empty() {
        computed
    } else {
        format!("{computed} ({})", rule.text)
    }
}

/// A purpose of the activity in words.
fn purpose<'a>(within: Within<'a>, id: &'a Id) -> &'a str {
    let mut purposes = within.activity.purposes.iter();
    let named = purposes.find(|purpose| purpose.id == *id);
    let text = named.map(|purpose| purpose.text.as_str());
    text.filter(|text| !text.is_empty()).unwrap_or(id.as_str())
}
