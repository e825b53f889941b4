//! As CSV (RFC 4180): a line per activity, data category and period, each complete by itself. A byte order mark tells
//! spreadsheets that it is UTF-8, and no cell begins like a formula.

use std::collections::BTreeSet;

use super::{
    entry::Entry,
    page::{Field, Page},
    word::{Language, Word},
};

/// Writes the page.
pub fn write(page: &Page, language: Language) -> String {
    let mut text = String::from("\u{feff}");
    let mut columns: Vec<String> = page.head.iter().map(|field| title(field, language)).collect();
    columns.push(Word::Revision.in_language(language).to_owned());
    columns.push(Word::Activity.in_language(language).to_owned());
    let shown = words(page);
    columns.extend(shown.iter().map(|word| word.in_language(language).to_owned()));
    let has_data = page.kind == Word::ControllerRecord;
    if has_data {
        let words = [Word::Data, Word::Whose, Word::Class, Word::Retention];
        columns.extend(words.map(|word| word.in_language(language).to_owned()));
    }
    line(&mut text, &columns);
    for entry in &page.entries {
        let mut common: Vec<String> = page.head.iter().map(|field| said(field, language)).collect();
        common.push(page.revision.clone());
        common.push(entry.title.clone());
        common.extend(shown.iter().map(|word| cell(entry, *word, language)));
        for rest in rows(entry, has_data, language) {
            line(&mut text, &[common.clone(), rest].concat());
        }
    }
    text
}

/// The words that any entry has, in their order.
fn words(page: &Page) -> BTreeSet<Word> {
    let fields = page.entries.iter().flat_map(|entry| &entry.fields);
    fields.map(|field| field.word).collect()
}

fn rows(entry: &Entry, has_data: bool, language: Language) -> Vec<Vec<String>> {
    let not_stated = Word::NotStated.in_language(language).to_owned();
    if !has_data {
        return vec![Vec::new()];
    }
    if entry.data.is_empty() {
        let said = entry.no_data.lines(language).join("; ");
        return vec![vec![said, String::new(), String::new(), not_stated]];
    }
    let of_line = entry.data.iter().flat_map(|data| {
        let classes: Vec<&str> = data
            .classes
            .iter()
            .map(|class| class.in_language(language))
            .collect();
        let (title, whose, classes) = (data.title.clone(), data.whose.join(", "), classes.join(", "));
        let periods = data.retention.lines(language).into_iter();
        periods.map(move |period| vec![title.clone(), whose.clone(), classes.clone(), period])
    });
    of_line.collect()
}

fn title(field: &Field, language: Language) -> String {
    field.word.in_language(language).to_owned()
}

fn said(field: &Field, language: Language) -> String {
    field.said.lines(language).join("; ")
}

fn cell(entry: &Entry, word: Word, language: Language) -> String {
    let field = entry.fields.iter().find(|field| field.word == word);
    field.map_or_else(String::new, |field| said(field, language))
}

/// Writes a line, quoted where it has to be.
fn line(text: &mut String, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        // A spreadsheet takes a cell that begins so for a formula, and would carry it out.
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
        let cell = if is_formula {
            format!("'{cell}")
        } else {
            disarmed(cell)
        };
        if cell.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// Where a list is separated by semicolons, as spreadsheets of some countries read it, a cell may begin after each.
fn disarmed(cell: &str) -> String {
    let parts = cell.split(';').enumerate().map(|(index, part)| {
        let begins = part.trim_start().starts_with(['=', '+', '-', '@']);
        if index > 0 && begins {
            format!(" '{}", part.trim_start())
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_carry_out_nothing() {
        let mut text = String::new();
        let cells = [
            "plain",
            "a, b",
            "say \"so\"",
            "=HYPERLINK(\"x\")",
            "+1",
            "two\nlines",
            "a;=1+1",
        ];
        line(&mut text, &cells.map(str::to_owned));
        let expected =
            "plain,\"a, b\",\"say \"\"so\"\"\",\"'=HYPERLINK(\"\"x\"\")\",'+1,\"two\nlines\",a; '=1+1\r\n";
        assert_eq!(text, expected);
    }
}
