//! The vocabulary: the codes that records and questions use, with the marks that guard them.
//!
//! Codes of the Data Privacy Vocabulary 2.3 and our `ropa:` extensions, as data in `vocabulary/*.csv` (origin and
//! licence: `vocabulary/NOTICE.md`). A code belongs to one facet only.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    hash::{Hash, Hasher},
    sync::LazyLock,
};

/// What a code is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Facet {
    /// Why data is processed.
    Purpose,
    /// What is done with it.
    Operation,
    /// Categories of personal data.
    Data,
    /// Categories of data subjects.
    Subject,
    /// Technical and organisational measures.
    Measure,
    /// Kinds of recipients, processors and sources.
    Party,
    /// Legal bases.
    LegalBasis,
    /// Events that start a retention period.
    Event,
}

impl Facet {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Purpose, include_str!("vocabulary/purpose.csv")),
        (Self::Operation, include_str!("vocabulary/operation.csv")),
        (Self::Data, include_str!("vocabulary/data.csv")),
        (Self::Subject, include_str!("vocabulary/subject.csv")),
        (Self::Measure, include_str!("vocabulary/measure.csv")),
        (Self::Party, include_str!("vocabulary/recipient-kind.csv")),
        (Self::LegalBasis, include_str!("vocabulary/legal-basis.csv")),
        (Self::Event, include_str!("vocabulary/event.csv")),
    ];

    /// What a code of this facet is called in messages.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Operation => "operation",
            Self::Data => "data category",
            Self::Subject => "data subject category",
            Self::Measure => "measure",
            Self::Party => "kind of recipient",
            Self::LegalBasis => "legal basis",
            Self::Event => "event",
        }
    }
}

/// The raw data of the vocabulary, for the digest of the ruleset.
pub fn sources() -> impl Iterator<Item = &'static str> {
    Facet::ALL.into_iter().map(|(_, csv)| csv)
}

/// One code of the vocabulary.
#[derive(Debug)]
pub struct Concept {
    /// The code as a CURIE, e.g. `pd:EmailAddress`.
    pub code: &'static str,
    /// What it is used for.
    pub facet: Facet,
    /// Its parents in the same facet.
    pub broader: Vec<&'static str>,
    /// Special category (Art. 9), computed over all ancestors.
    pub special: bool,
    /// Criminal convictions and offences (Art. 10), computed over all ancestors.
    pub criminal: bool,
    /// National identification number (Art. 87).
    pub national_number: bool,
    /// Only the same code covers it.
    pub exact: bool,
    /// It covers nothing but itself.
    pub too_broad: bool,
    /// English label.
    pub label: &'static str,
}

/// A code that is in the vocabulary.
#[derive(Clone, Copy)]
pub struct Code(&'static Concept);

impl Code {
    /// What the vocabulary says of it.
    pub const fn concept(self) -> &'static Concept {
        self.0
    }

    /// The code as a CURIE.
    pub const fn as_str(self) -> &'static str {
        self.0.code
    }

    /// Its parents.
    pub fn broader(self) -> impl Iterator<Item = Code> {
        self.0
            .broader
            .iter()
            .filter_map(move |parent| lookup(self.0.facet, parent))
    }

    /// Whether `ancestor` is this code or above it, without any guard.
    pub fn is_within(self, ancestor: Code) -> bool {
        self == ancestor
            || ANCESTORS
                .get(self.0.code)
                .is_some_and(|above| above.contains(&ancestor.0.code))
    }

    /// Whether a declaration of this code covers `asked` (the guards protect grants: nothing ordinary covers
    /// anything special, an exact code is covered by itself only, one that is too broad covers only itself).
    pub fn covers(self, asked: Code) -> bool {
        if self == asked {
            return true;
        }
        let (declared, wanted) = (self.0, asked.0);
        !wanted.exact
            && !declared.too_broad
            && (declared.special || !wanted.special)
            && (declared.criminal || !wanted.criminal)
            && (declared.national_number || !wanted.national_number)
            && asked.is_within(self)
    }

    /// Whether one is within the other, without any guard.
    pub fn overlaps(self, other: Code) -> bool {
        self.is_within(other) || other.is_within(self)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Code {}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.code.hash(state);
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)
    }
}

static CONCEPTS: LazyLock<HashMap<&'static str, Concept>> = LazyLock::new(|| {
    Facet::ALL
        .into_iter()
        .flat_map(|(facet, csv)| csv.lines().skip(1).filter_map(move |line| parse(facet, line)))
        .map(|concept| (concept.code, concept))
        .collect()
});

/// Every code with all codes above it.
static ANCESTORS: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    fn above(code: Code, found: &mut HashSet<&'static str>) {
        for parent in code.broader() {
            if found.insert(parent.as_str()) {
                above(parent, found);
            }
        }
    }
    let all = CONCEPTS.values().map(|concept| {
        let mut found = HashSet::new();
        above(Code(concept), &mut found);
        (concept.code, found)
    });
    all.collect()
});

/// Codes that earlier versions of DPV used, with what took their place.
static RENAMED: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("vocabulary/renamed.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .collect()
});

fn parse(facet: Facet, line: &'static str) -> Option<Concept> {
    let mut columns = line.splitn(4, ',');
    let (code, broader, flags, label) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    Some(Concept {
        code,
        facet,
        broader: broader.split_whitespace().collect(),
        special: flags.contains('s'),
        criminal: flags.contains('c'),
        national_number: flags.contains('n'),
        exact: flags.contains('x'),
        too_broad: flags.contains('b'),
        label,
    })
}

/// The code of this facet, where there is one.
pub fn lookup(facet: Facet, code: &str) -> Option<Code> {
    CONCEPTS
        .get(code)
        .filter(|concept| concept.facet == facet)
        .map(Code)
}

/// Every code of a facet, in no order.
pub fn codes(facet: Facet) -> impl Iterator<Item = Code> {
    CONCEPTS
        .values()
        .filter(move |concept| concept.facet == facet)
        .map(Code)
}

/// The codes of the facet that are most like a text that is none: renamed ones first, then by code and label.
pub fn nearest(facet: Facet, text: &str) -> Vec<&'static str> {
    if let Some(code) = RENAMED.get(text).and_then(|new| lookup(facet, new)) {
        return vec![code.as_str()];
    }
    let wanted = local_part(text).to_lowercase();
    let mut scored: Vec<(f64, &'static str)> = codes(facet)
        .map(|code| {
            let concept = code.concept();
            let by_code = strsim::jaro_winkler(&wanted, &local_part(concept.code).to_lowercase());
            let by_label = strsim::jaro_winkler(&wanted, &concept.label.to_lowercase());
            (by_code.max(by_label), concept.code)
        })
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, code)| code).collect()
}

fn local_part(code: &str) -> &str {
    code.split_once(':').map_or(code, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(code: &str) -> Code {
        lookup(Facet::Data, code).unwrap_or_else(|| panic!("{code}"))
    }

    #[test]
    fn every_row_is_read_and_every_parent_is_known() {
        let counts = [175, 60, 342, 72, 265, 112, 66, 32];
        for ((facet, csv), count) in Facet::ALL.into_iter().zip(counts) {
            assert_eq!(csv.lines().count() - 1, count, "{facet:?}");
            assert_eq!(codes(facet).count(), count, "{facet:?}");
            for code in codes(facet) {
                assert_eq!(code.broader().count(), code.concept().broader.len(), "{code}");
                assert!(
                    !code.broader().any(|parent| parent.is_within(code)),
                    "{code} is in a cycle"
                );
            }
        }
    }

    #[test]
    fn marks_are_inherited() {
        for code in codes(Facet::Data) {
            for parent in code.broader() {
                assert!(code.concept().special || !parent.concept().special, "{code}");
                assert!(code.concept().criminal || !parent.concept().criminal, "{code}");
            }
        }
    }

    #[test]
    fn broader_covers_narrower_and_never_the_other_way() {
        assert!(data("pd:Contact").covers(data("pd:EmailAddress")));
        assert!(!data("pd:EmailAddress").covers(data("pd:Contact")));
        assert!(data("pd:MedicalHealth").covers(data("pd:Prescription")));
    }

    #[test]
    fn nothing_ordinary_covers_anything_special_criminal_or_a_national_number() {
        for asked in codes(Facet::Data) {
            for declared in codes(Facet::Data).filter(|declared| declared.covers(asked)) {
                assert!(
                    declared.concept().special || !asked.concept().special,
                    "{declared} {asked}"
                );
                assert!(
                    declared.concept().criminal || !asked.concept().criminal,
                    "{declared} {asked}"
                );
            }
        }
        assert!(!data("pd:OfficialID").covers(data("ropa:NationalIdentificationNumber")));
    }

    #[test]
    fn unknown_codes_are_answered_with_the_nearest() {
        assert_eq!(
            nearest(Facet::Data, "pd:EmailAdress").first(),
            Some(&"pd:EmailAddress")
        );
        assert!(nearest(Facet::Data, "pd:qqqqqq").is_empty());
    }
}
