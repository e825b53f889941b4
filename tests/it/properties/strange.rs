//! Questions that are well-formed and otherwise anything: texts that are no terms, days at the ends of the calendar.

use ropa::pb::{CheckRequest, RegisterDocument};

use super::{
    pool::{EVENTS, OPERATIONS},
    question::{Says, question},
    tape::Tape,
};

/// A text of the form of a term.
fn text(tape: &mut Tape<'_>) -> String {
    let known = [
        "pd:EmailAdress",
        "ropa:",
        ":",
        "::",
        "pd:",
        "registers/it",
        "data[0]",
        "\"",
        "é",
        "ﬀ",
        "日本語",
        "--",
        "dpv:Child",
        "pd:MedicalHealth",
    ];
    match tape.below(4) {
        0 => tape.one(&known).to_owned(),
        1 => tape.one(&known).repeat(5),
        2 => "a".repeat(128),
        _ => {
            let letters = ['a', 'z', '0', '-', ':', '/', '.', '_', '{', '"', 'ß', 'İ', '𝟘'];
            let mut text = String::from("x");
            text.extend((0..tape.below(30)).map(|_| tape.one(&letters)));
            text
        }
    }
}

fn date(tape: &mut Tape<'_>) -> String {
    match tape.below(4) {
        0 => "0000-01-01".to_owned(),
        1 => "9999-12-31".to_owned(),
        2 => "2024-02-29".to_owned(),
        _ => format!(
            "{:04}-{:02}-{:02}",
            tape.below(10_000),
            tape.below(12) + 1,
            tape.below(28) + 1
        ),
    }
}

/// A question in which texts, dates and times are anything that the service would take.
pub fn strange(tape: &mut Tape<'_>, document: &RegisterDocument) -> CheckRequest {
    let mut asked = question(tape, document, Says::Something);
    asked.time = Some(prost_types::Timestamp {
        seconds: tape.one(&[
            -62_000_000_000,
            249_999_999_999,
            0,
            1_774_000_000,
            253_370_764_800 - 4_000_000_000,
            -1,
        ]),
        nanos: tape.one(&[0, 999_999_999]),
    });
    if tape.chance(8) {
        asked.activity = text(tape);
    }
    if tape.chance(8) {
        asked.purpose = text(tape);
    }
    if tape.chance(8) {
        asked.data.push(text(tape));
    }
    if tape.chance(8) {
        asked.subjects.push(text(tape));
    }
    if tape.chance(8) {
        asked.source = text(tape);
    }
    if tape.chance(8) {
        asked.processor = String::new();
        asked.recipient = text(tape);
    }
    if tape.chance(50) {
        asked.operations = tape
            .some_at_least_one(&OPERATIONS, 16)
            .into_iter()
            .map(Into::into)
            .collect();
        if asked.recipient.is_empty() && asked.processor.is_empty() {
            asked.processor = text(tape);
        }
    }
    for event in EVENTS {
        if tape.chance(60) {
            asked.events.insert(event.to_owned(), date(tape));
        }
    }
    for consent in &mut asked.consents {
        consent.given_on = date(tape);
        consent.withdrawn_on = date(tape);
        consent.purpose = text(tape);
        consent.data.push(text(tape));
        consent.recipient = text(tape);
        consent.age = tape.one(&[0, 1, 150]);
    }
    asked
}

/// Makes periods as long as a record may say.
pub fn stretch(tape: &mut Tape<'_>, document: &mut RegisterDocument) {
    let periods = [
        "P1000Y",
        "P12000M",
        "P52000W",
        "P365000D",
        "P1000Y12000M52000W365000D",
        "P0D",
    ];
    let rules = document
        .activities
        .iter_mut()
        .flat_map(|activity| &mut activity.retention);
    for rule in rules {
        if !rule.period.is_empty() && tape.chance(60) {
            rule.period = tape.one(&periods).to_owned();
            rule.margin = tape.one(&periods).to_owned();
        }
    }
}
