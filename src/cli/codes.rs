//! `ropa codes`: looks up what a record can be written with. It needs no server.

use std::process::ExitCode;

use crate::domain::vocabulary::{self, Code, Concept, Facet};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 something was found, 1 nothing was, 64 wrong arguments.

Examples:
  ropa codes bank account
  ropa codes --facet event")]
pub struct Args {
    /// Words of the code or of its label; all of them have to be in it. None: every code.
    words: Vec<String>,

    /// Only codes of this kind: purpose, operation, data, subject, measure, party, legal-basis or event.
    #[arg(long, value_parser = facet)]
    facet: Option<Facet>,
}

const FACETS: [(&str, Facet); 8] = [
    ("purpose", Facet::Purpose),
    ("operation", Facet::Operation),
    ("data", Facet::Data),
    ("subject", Facet::Subject),
    ("measure", Facet::Measure),
    ("party", Facet::Party),
    ("legal-basis", Facet::LegalBasis),
    ("event", Facet::Event),
];

fn facet(text: &str) -> Result<Facet, String> {
    let named = FACETS.iter().find(|(name, _)| *name == text);
    named.map(|(_, facet)| *facet).ok_or_else(|| {
        let names: Vec<&str> = FACETS.iter().map(|(name, _)| *name).collect();
        format!("one of {}", names.join(", "))
    })
}

pub fn codes(args: &Args) -> ExitCode {
    let words: Vec<String> = args.words.iter().map(|word| word.to_lowercase()).collect();
    let facets = FACETS.iter().map(|(_, facet)| *facet);
    let mut found = 0;
    for facet in facets.filter(|facet| args.facet.is_none_or(|only| only == *facet)) {
        let mut codes: Vec<Code> = vocabulary::codes(facet)
            .filter(|code| has_all(code.concept(), &words))
            .collect();
        codes.sort_by_key(|code| code.as_str());
        found += codes.len();
        for code in codes {
            print(code.concept());
        }
    }
    if found == 0 {
        eprintln!(
            "ropa: no code has all of these words; a register can have data and data subject categories of its own"
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn has_all(concept: &Concept, words: &[String]) -> bool {
    let text = format!("{} {}", concept.code, concept.label).to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

fn print(concept: &Concept) {
    let marks: Vec<&str> = [
        (concept.special, "Art. 9"),
        (concept.criminal, "Art. 10"),
        (concept.national_number, "national number"),
        (concept.exact, "covered by itself only"),
        (concept.too_broad, "covers nothing else"),
    ]
    .into_iter()
    .filter_map(|(marked, name)| marked.then_some(name))
    .collect();
    let marks = if marks.is_empty() {
        String::new()
    } else {
        format!("  [{}]", marks.join(", "))
    };
    say!(
        "{:<21}  {:<40}  {}{marks}  below {}",
        concept.facet.noun(),
        concept.code,
        concept.label,
        concept.broader.join(", ")
    );
}
