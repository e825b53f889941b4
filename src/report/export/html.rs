//! As one page that prints on A4 and needs nothing else: no script, no font, no picture from anywhere.

use std::fmt::Write as _;

use super::{
    entry::Entry,
    kept::DataLine,
    page::{Field, Page, Said},
    word::{Language, Word},
};

const STYLE: &str = "\
@page { size: A4; margin: 18mm 15mm; }
body { font: 10pt/1.4 system-ui, sans-serif; color: #111; max-width: 180mm; margin: 0 auto; padding: 6mm; }
h1 { font-size: 17pt; margin: 0 0 1mm; }
h2 { font-size: 13pt; margin: 9mm 0 2mm; border-bottom: .5pt solid #777; padding-bottom: 1mm; break-after: avoid; }
p.kind { margin: 0 0 5mm; color: #444; }
table { width: calc(100% - 1pt); border-collapse: collapse; table-layout: fixed; margin-bottom: 3mm; }
th, td { text-align: left; vertical-align: top; padding: 1.2mm 2mm; border: .5pt solid #bbb; overflow-wrap: anywhere; }
th { background: #f3f3f3; font-weight: 600; }
table.fields th { width: 52mm; }
table.data thead { display: table-header-group; }
table.data th:nth-child(1) { width: 55mm; }
table.data th:nth-child(2) { width: 24mm; }
tr { break-inside: avoid; }
ul { margin: 0; padding-left: 4mm; }
.unsaid { color: #8a1c1c; font-style: italic; }
@media print { body { padding: 0; max-width: none; } }
";

/// Writes the page.
pub fn write(page: &Page, language: Language) -> String {
    let mut text = String::new();
    let (title, kind) = (escaped(&page.title), page.kind.in_language(language));
    // Writing into a string cannot fail.
    let _ = write!(
        text,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p class=\"kind\">{kind} · {} {} · {}</p>\n",
        language.tag(),
        Word::Revision.in_language(language),
        page.revision,
        page.time,
    );
    let common: Vec<Field> = page
        .common
        .iter()
        .filter(|field| field.said != Said::Nothing)
        .cloned()
        .collect();
    fields(&mut text, &[page.head.clone(), common.clone()].concat(), language);
    if page.entries.is_empty() {
        let not_stated = Word::NotStated.in_language(language);
        let _ = writeln!(text, "<p class=\"unsaid\">{not_stated}</p>");
    }
    for entry in &page.entries {
        section(&mut text, entry, page.kind, &common, language);
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn section(text: &mut String, entry: &Entry, kind: Word, common: &[Field], language: Language) {
    let id = escaped(&entry.id);
    let _ = writeln!(text, "<section id=\"{id}\">\n<h2>{}</h2>", escaped(&entry.title));
    let own: Vec<Field> = entry
        .fields
        .iter()
        .map(|field| once(field, common, language))
        .collect();
    fields(text, &own, language);
    if kind == Word::ControllerRecord {
        data(text, entry, language);
    }
    text.push_str("</section>\n");
}

/// A field, or a word for it where it says what has been said for all entries.
fn once(field: &Field, common: &[Field], language: Language) -> Field {
    let said = if common.contains(field) {
        Said::This(vec![Word::AsAbove.in_language(language).to_owned()])
    } else {
        field.said.clone()
    };
    Field {
        said,
        ..field.clone()
    }
}

fn fields(text: &mut String, fields: &[Field], language: Language) {
    text.push_str("<table class=\"fields\">\n<tbody>\n");
    for field in fields {
        let _ = write!(
            text,
            "<tr><th scope=\"row\">{}</th><td>",
            field.word.in_language(language)
        );
        lines(text, &field.said.lines(language), language);
        text.push_str("</td></tr>\n");
    }
    text.push_str("</tbody>\n</table>\n");
}

fn data(text: &mut String, entry: &Entry, language: Language) {
    let words = [Word::Data, Word::Whose, Word::Class, Word::Retention];
    let [category, whose, class, retention] = words.map(|word| word.in_language(language));
    let _ = write!(
        text,
        "<table class=\"data\">\n<thead>\n<tr><th scope=\"col\">{category}</th><th scope=\"col\">{whose}</th>\
         <th scope=\"col\">{class}</th><th scope=\"col\">{retention}</th></tr>\n</thead>\n<tbody>\n"
    );
    for (titles, line) in alike(&entry.data) {
        let classes: Vec<&str> = line
            .classes
            .iter()
            .map(|class| class.in_language(language))
            .collect();
        let _ = write!(
            text,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>",
            escaped(&titles.join(", ")),
            escaped(&line.whose.join(", ")),
            classes.join(", ")
        );
        lines(text, &line.retention.lines(language), language);
        text.push_str("</td></tr>\n");
    }
    if entry.data.is_empty() {
        text.push_str("<tr><td>");
        lines(text, &entry.no_data.lines(language), language);
        text.push_str("</td><td></td><td></td><td>");
        lines(text, &Said::Nothing.lines(language), language);
        text.push_str("</td></tr>\n");
    }
    text.push_str("</tbody>\n</table>\n");
}

/// Categories of one class that are kept alike stand in one row.
fn alike(data: &[DataLine]) -> Vec<(Vec<&str>, &DataLine)> {
    let mut rows: Vec<(Vec<&str>, &DataLine)> = Vec::new();
    for line in data {
        let same = rows.iter_mut().find(|(_, row)| {
            row.whose == line.whose && row.classes == line.classes && row.retention == line.retention
        });
        match same {
            Some((titles, _)) => titles.push(&line.title),
            None => rows.push((vec![&line.title], line)),
        }
    }
    rows
}

/// One line as it is, several as a list; what is not stated catches the eye.
fn lines(text: &mut String, lines: &[String], language: Language) {
    let not_stated = Word::NotStated.in_language(language);
    match lines {
        [one] if one == not_stated => {
            let _ = write!(text, "<span class=\"unsaid\">{not_stated}</span>");
        }
        [one] => text.push_str(&escaped(one)),
        several => {
            text.push_str("<ul>");
            for line in several {
                let _ = write!(text, "<li>{}</li>", escaped(line));
            }
            text.push_str("</ul>");
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
