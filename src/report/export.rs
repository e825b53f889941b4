//! The record of processing activities as an authority gets it (Art. 30(4)): what Art. 30(1) or 30(2) asks for, as of a
//! revision, in the language of the reader. What is not stated says so; that there are none is another thing.

mod csv;
mod entry;
mod html;
mod json;
mod kept;
mod page;
mod word;

use jiff::Timestamp;

pub use word::Language;

use crate::domain::{name::Revision, register::Record};

/// Which record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The controller's (Art. 30(1)).
    Controller,
    /// The processor's (Art. 30(2)).
    Processor,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One page that prints on A4 and needs nothing else.
    Html,
    /// RFC 4180 with a byte order mark.
    Csv,
    /// JSON.
    Json,
}

/// What an export was made from.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The revision.
    pub revision: Revision,
    /// When it was committed.
    pub time: Timestamp,
}

/// An export.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The file.
    pub content: String,
    /// Its media type.
    pub media_type: &'static str,
    /// A name for it.
    pub file_name: String,
}

/// Writes a record.
pub fn export(record: &Record, made: Made, of: Of, format: Format, language: Language) -> Exported {
    let page = page::page(record, made, of, language);
    let (content, media_type, ending) = match format {
        Format::Html => (html::write(&page, language), "text/html; charset=utf-8", "html"),
        Format::Csv => (
            csv::write(&page, language),
            "text/csv; charset=utf-8; header=present",
            "csv",
        ),
        Format::Json => (json::write(&page), "application/json", "json"),
    };
    let article = match of {
        Of::Controller => "article-30-1",
        Of::Processor => "article-30-2",
    };
    let (register, revision) = (&record.register.id, made.revision);
    Exported {
        content,
        media_type,
        file_name: format!("{register}-{article}-revision-{revision}.{ending}"),
    }
}
