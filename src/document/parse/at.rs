//! Where a parser is, and what it found wrong there.

use std::fmt;

use jiff::civil::Date;

use crate::{
    document::{MOST_VIOLATIONS, Violation, Violations, wire},
    domain::{
        name::Id,
        retention::Period,
        term::{Term, UnknownTerm, shortened},
        vocabulary::{self, Code, Facet},
    },
};

/// A place in a document, and the violations found so far.
#[derive(Debug)]
pub struct At<'v> {
    path: String,
    found: &'v mut Violations,
}

impl<'v> At<'v> {
    /// At this path.
    pub fn new(path: impl Into<String>, found: &'v mut Violations) -> Self {
        Self {
            path: path.into(),
            found,
        }
    }

    /// Says what is wrong here.
    pub fn wrong(&mut self, message: impl fmt::Display) {
        // More than this helps nobody, and has to be kept and sent.
        if self.is_full() {
            return;
        }
        let violation = Violation {
            path: self.path.clone(),
            message: message.to_string(),
        };
        self.found.push(violation);
    }

    /// Whether no more mistakes are kept.
    pub fn is_full(&self) -> bool {
        self.found.len() >= MOST_VIOLATIONS
    }

    /// Goes to a field.
    pub fn field<T>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        let result = inside(self);
        self.path.truncate(length);
        result
    }

    /// Goes to a field with a place of its own.
    pub fn nested(&mut self, name: &str, inside: impl FnOnce(At<'_>)) {
        let path = match (self.path.is_empty(), name.is_empty()) {
            (true, _) => name.to_owned(),
            (_, true) => self.path.clone(),
            _ => format!("{}.{name}", self.path),
        };
        inside(At {
            path,
            found: self.found,
        });
    }

    /// Goes to each entry of a list of at most `most`; what is wrong is left out.
    pub fn each<P, T>(
        &mut self,
        name: &str,
        most: usize,
        list: impl IntoIterator<Item = P>,
        mut one: impl FnMut(&mut Self, P) -> Option<T>,
    ) -> Vec<T> {
        let mut result = Vec::new();
        for (index, entry) in list.into_iter().enumerate() {
            if index == most {
                self.field(name, |at| at.wrong(format_args!("has more than {most} entries")));
                break;
            }
            // What is found from here on is not kept, so there is no use in looking.
            if self.is_full() {
                break;
            }
            result.extend(self.field(&format!("{name}[{index}]"), |at| one(at, entry)));
        }
        result
    }

    /// A text of at most `most` characters, without control characters other than line breaks.
    pub fn text(&mut self, name: &str, most: usize, text: String) -> String {
        self.field(name, |at| {
            if text.chars().count() > most {
                at.wrong(format_args!("has more than {most} characters"));
            }
            if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
                at.wrong("has a control character");
            }
        });
        text
    }

    /// A text that must not be empty.
    pub fn required_text(&mut self, name: &str, most: usize, text: String) -> String {
        if text.trim().is_empty() {
            self.field(name, |at| at.wrong("is required"));
        }
        self.text(name, most, text)
    }

    /// An enum of the contract.
    pub fn choice<Wire: wire::Meaning<Inside>, Inside>(&mut self, name: &str, number: i32) -> Option<Inside> {
        let meaning = wire::meaning::<Wire, Inside>(number);
        if meaning.is_none() {
            self.field(name, |at| at.wrong(missing_choice(number)));
        }
        meaning
    }

    /// A list of enums of the contract.
    pub fn choices<Wire: wire::Meaning<Inside>, Inside>(
        &mut self,
        name: &str,
        numbers: Vec<i32>,
    ) -> Vec<Inside> {
        self.each(name, 64, numbers, |at, number| {
            let meaning = wire::meaning::<Wire, Inside>(number);
            if meaning.is_none() {
                at.wrong(missing_choice(number));
            }
            meaning
        })
    }

    /// A date, where one is given.
    pub fn date(&mut self, name: &str, text: &str) -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let date = parse_date(text);
        if date.is_none() {
            self.field(name, |at| {
                at.wrong(format_args!(
                    "`{}` is not a date of the form 2026-02-28",
                    shortened(text)
                ))
            });
        }
        date
    }

    /// An ISO 8601 period, where one is given.
    pub fn period(&mut self, name: &str, text: &str) -> Option<Period> {
        if text.is_empty() {
            return None;
        }
        self.field(name, |at| {
            text.parse()
                .map_err(|invalid| at.wrong(format_args!("`{}`: {invalid}", shortened(text))))
                .ok()
        })
    }

    /// An id, where one is given.
    pub fn optional_id(&mut self, name: &str, text: &str) -> Option<Id> {
        if text.is_empty() {
            None
        } else {
            self.field(name, |at| at.id(text))
        }
    }

    /// The id that is written here.
    pub fn id(&mut self, text: &str) -> Option<Id> {
        text.parse()
            .map_err(|invalid| self.wrong(format_args!("`{}` is not an id: {invalid}", shortened(text))))
            .ok()
    }

    /// The code of the facet that is written here.
    pub fn code(&mut self, facet: Facet, text: &str) -> Option<Code> {
        let code = vocabulary::lookup(facet, text);
        if code.is_none() {
            let unknown = UnknownTerm::new(facet, text);
            let hint = if unknown.nearest.is_empty() {
                "; codes are those of the vocabulary (`ropa codes`)"
            } else {
                ""
            };
            self.wrong(format_args!("{} {unknown}{hint}", facet.noun()));
        }
        code
    }

    /// The term of the facet that is written here: a code, or the id of the register's own.
    pub fn term(&mut self, facet: Facet, text: &str) -> Option<Term> {
        Term::parse(facet, text)
            .map_err(|unknown| self.wrong(format_args!("{} {unknown}", facet.noun())))
            .ok()
    }
}

fn missing_choice(number: i32) -> &'static str {
    if number == 0 {
        "is required"
    } else {
        "has a value that the contract does not know"
    }
}

/// A calendar date of the form 2026-02-28, and no other.
pub fn parse_date(text: &str) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    plain.then(|| text.parse().ok()).flatten()
}
