//! Terms: codes of the vocabulary and, below them, terms of a register's own.

use std::{collections::BTreeMap, fmt};

use super::{
    name::Id,
    vocabulary::{self, Code, Facet},
};

/// Who somebody was before a relation ended.
pub const FORMER: [(&str, &str); 3] = [
    ("ropa:FormerMember", "dpv:Member"),
    ("ropa:FormerCustomer", "dpv:Customer"),
    ("ropa:FormerEmployee", "dpv:Employee"),
];

/// A term as a record uses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// A code of the vocabulary.
    Code(Code),
    /// The id of one of the register's own.
    Own(Id),
}

/// A text that is no term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTerm {
    /// What was written.
    pub text: String,
    /// The known terms most like it.
    pub nearest: Vec<String>,
}

impl Term {
    /// Reads a term: with a colon it is a code of the facet, without one the id of the register's own.
    pub fn parse(facet: Facet, text: &str) -> Result<Self, UnknownTerm> {
        let term = if text.contains(':') {
            vocabulary::lookup(facet, text).map(Self::Code)
        } else {
            text.parse().ok().map(Self::Own)
        };
        term.ok_or_else(|| UnknownTerm::new(facet, text))
    }

    /// Whether it is this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, Self::Code(own) if own.as_str() == code)
    }
}

impl UnknownTerm {
    /// The text with the nearest codes of the facet. Neighbours of a text that is no term at all are not looked for, and
    /// no more of it is repeated than a person needs to find it.
    pub fn new(facet: Facet, text: &str) -> Self {
        let nearest = if text.len() <= LONGEST {
            vocabulary::nearest(facet, text)
        } else {
            Vec::new()
        };
        Self {
            text: shortened(text),
            nearest: nearest.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// No code or id is longer, in bytes.
pub const LONGEST: usize = 128;

/// As much of a text as a message repeats.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for UnknownTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not known", self.text)?;
        match self.nearest.split_first() {
            None => Ok(()),
            Some((first, rest)) => {
                write!(f, "; nearest: `{first}`")?;
                rest.iter().try_for_each(|near| write!(f, ", `{near}`"))
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Own(id) => id.fmt(f),
        }
    }
}

/// How the law classes data beyond the ordinary. One datum may be several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// Special category (Art. 9(1)).
    pub special: bool,
    /// Criminal convictions and offences (Art. 10).
    pub criminal: bool,
    /// National identification number (Art. 87).
    pub national_number: bool,
}

/// One class of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataClass {
    /// None of the others.
    Ordinary,
    /// Special category (Art. 9(1)).
    Special,
    /// Criminal convictions and offences (Art. 10).
    Criminal,
    /// National identification number (Art. 87).
    NationalNumber,
}

impl Classes {
    /// Whether the data is in none of the protected classes.
    pub const fn is_ordinary(self) -> bool {
        !(self.special || self.criminal || self.national_number)
    }

    /// Both together.
    pub const fn union(self, other: Self) -> Self {
        Self {
            special: self.special || other.special,
            criminal: self.criminal || other.criminal,
            national_number: self.national_number || other.national_number,
        }
    }

    /// Whether it has every class that `other` has.
    pub const fn contains(self, other: Self) -> bool {
        (self.special || !other.special)
            && (self.criminal || !other.criminal)
            && (self.national_number || !other.national_number)
    }

    /// Whether it is of this class.
    pub const fn is(self, class: DataClass) -> bool {
        match class {
            DataClass::Ordinary => self.is_ordinary(),
            DataClass::Special => self.special,
            DataClass::Criminal => self.criminal,
            DataClass::NationalNumber => self.national_number,
        }
    }
}

impl From<DataClass> for Classes {
    fn from(class: DataClass) -> Self {
        Self {
            special: class == DataClass::Special,
            criminal: class == DataClass::Criminal,
            national_number: class == DataClass::NationalNumber,
        }
    }
}

/// A term of a register's own.
#[derive(Clone, Debug)]
pub struct OwnTerm {
    /// What it is called.
    pub title: String,
    /// What it is narrower than.
    pub broader: Vec<Term>,
    /// What it is beyond its parents; it raises and never lowers.
    pub raised_to: Classes,
    /// Only the same term covers it.
    pub exact: bool,
}

/// A register has at most this many terms of its own in a facet.
pub const MOST_OWN_TERMS: usize = 2000;

/// Own terms stand at most this far below the vocabulary.
const DEEPEST: usize = 16;

/// The terms of one facet as a register sees them: the vocabulary with its own below.
///
/// INVARIANT (own terms): the parents of every own term exist, and there is no cycle.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    own: BTreeMap<Id, Known>,
}

/// An own term with what follows from its parents.
#[derive(Clone, Debug, Default)]
struct Known {
    title: String,
    /// All own terms and the codes right above them that it is within; what is above a code the vocabulary knows.
    above: Vec<Term>,
    classes: Classes,
    exact: bool,
}

/// Own terms of which some make no sense.
#[derive(Clone, Debug)]
pub struct BrokenTerms {
    /// The ids whose parents are missing or lead back to themselves, that stand too deep, or that are too many.
    pub ids: Vec<Id>,
    /// All of them, the broken ones without parents: enough to look for what else is wrong, and for nothing more.
    pub terms: Terms,
}

impl Terms {
    /// The terms with these own ones.
    pub fn new(own: BTreeMap<Id, OwnTerm>) -> Result<Self, BrokenTerms> {
        let mut terms = Self::default();
        let mut left: Vec<(Id, OwnTerm)> = own.into_iter().collect();
        let too_many = left.split_off(left.len().min(MOST_OWN_TERMS));
        // A term is known once its parents are: what never becomes known hangs in the air, in a cycle or too deep.
        for _ in 0..DEEPEST {
            let (ready, waiting): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, term)| term.broader.iter().all(|parent| terms.contains(parent)));
            let known: Vec<(Id, Known)> = ready
                .into_iter()
                .map(|(id, term)| (id, terms.know(&term)))
                .collect();
            terms.own.extend(known);
            left = waiting;
        }
        left.extend(too_many);
        if left.is_empty() {
            return Ok(terms);
        }
        let ids: Vec<Id> = left.into_iter().map(|(id, _)| id).collect();
        terms
            .own
            .extend(ids.iter().map(|id| (id.clone(), Known::default())));
        Err(BrokenTerms { ids, terms })
    }

    fn know(&self, term: &OwnTerm) -> Known {
        let mut above: Vec<Term> = Vec::new();
        for parent in &term.broader {
            let further = match parent {
                Term::Code(_) => &[][..],
                Term::Own(id) => self.own.get(id).map_or(&[][..], |known| &known.above),
            };
            for term in std::iter::once(parent).chain(further) {
                if !above.contains(term) {
                    above.push(term.clone());
                }
            }
        }
        let inherited = |classes: Classes, parent: &Term| classes.union(self.classes(parent));
        Known {
            title: term.title.clone(),
            above,
            classes: term.broader.iter().fold(term.raised_to, inherited),
            exact: term.exact || term.broader.iter().any(|parent| self.is_exact(parent)),
        }
    }

    /// What a term is called: the label of a code, the title of the register's own.
    pub fn title<'a>(&'a self, term: &'a Term) -> &'a str {
        match term {
            Term::Code(code) => code.concept().label,
            Term::Own(id) => self.own.get(id).map_or(id.as_str(), |known| known.title.as_str()),
        }
    }

    /// Whether the term exists.
    pub fn contains(&self, term: &Term) -> bool {
        match term {
            Term::Code(_) => true,
            Term::Own(id) => self.own.contains_key(id),
        }
    }

    /// The ids of the own terms.
    pub fn own_ids(&self) -> impl Iterator<Item = &Id> {
        self.own.keys()
    }

    /// What the law makes of the data.
    pub fn classes(&self, term: &Term) -> Classes {
        match term {
            Term::Code(code) => Classes {
                special: code.concept().special,
                criminal: code.concept().criminal,
                national_number: code.concept().national_number,
            },
            Term::Own(id) => self
                .own
                .get(id)
                .map_or_else(Classes::default, |known| known.classes),
        }
    }

    /// Whether only the same term covers it.
    pub fn is_exact(&self, term: &Term) -> bool {
        match term {
            Term::Code(code) => code.concept().exact,
            Term::Own(id) => self.own.get(id).is_none_or(|known| known.exact),
        }
    }

    /// Whether `ancestor` is the term or above it, without any guard.
    pub fn is_within(&self, term: &Term, ancestor: &Term) -> bool {
        let code_within = |code: &Code| matches!(ancestor, Term::Code(above) if code.is_within(*above));
        term == ancestor
            || match term {
                Term::Code(code) => code_within(code),
                Term::Own(id) => self.own.get(id).is_some_and(|known| {
                    known.above.iter().any(|above| {
                        above == ancestor || matches!(above, Term::Code(code) if code_within(code))
                    })
                }),
            }
    }

    /// Whether a declaration of `declared` covers `asked`. The guards of the vocabulary hold for own terms too: an
    /// ordinary term never covers a special one.
    pub fn covers(&self, declared: &Term, asked: &Term) -> bool {
        if declared == asked {
            return true;
        }
        let too_broad = matches!(declared, Term::Code(code) if code.concept().too_broad);
        !too_broad
            && !self.is_exact(asked)
            && self.classes(declared).contains(self.classes(asked))
            && self.is_within(asked, declared)
    }

    /// Whether data of the term may be of the class: it is, or something below it is.
    pub fn may_include(&self, term: &Term, class: DataClass) -> bool {
        let below = || {
            let codes = vocabulary::codes(Facet::Data).map(Term::Code);
            let own = self.own.keys().cloned().map(Term::Own);
            codes
                .chain(own)
                .any(|other| self.classes(&other).is(class) && self.is_within(&other, term))
        };
        self.classes(term).is(class) || class != DataClass::Ordinary && below()
    }

    /// Whether one is within the other, without any guard.
    pub fn overlaps(&self, one: &Term, other: &Term) -> bool {
        self.is_within(one, other) || self.is_within(other, one)
    }

    /// Whether data of the two may be the same: one is within the other, or something is within both. How prohibitions
    /// match.
    pub fn shares(&self, one: &Term, other: &Term) -> bool {
        let below_both = |term: &Term| self.is_within(term, one) && self.is_within(term, other);
        self.overlaps(one, other)
            || vocabulary::codes(Facet::Data)
                .map(Term::Code)
                .any(|code| below_both(&code))
            || self
                .own
                .keys()
                .cloned()
                .map(Term::Own)
                .any(|own| below_both(&own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(broader: &[&str], raised_to: Classes) -> OwnTerm {
        let broader = broader
            .iter()
            .map(|text| Term::parse(Facet::Data, text).unwrap())
            .collect();
        OwnTerm {
            title: String::new(),
            broader,
            raised_to,
            exact: false,
        }
    }

    fn terms(list: &[(&str, OwnTerm)]) -> Result<Terms, BrokenTerms> {
        Terms::new(
            list.iter()
                .map(|(id, own)| (id.parse().unwrap(), own.clone()))
                .collect(),
        )
    }

    fn term(text: &str) -> Term {
        Term::parse(Facet::Data, text).unwrap()
    }

    #[test]
    fn an_own_term_is_covered_from_above_and_keeps_its_parents_classes() {
        let terms = terms(&[
            ("first-name", own(&["pd:Name"], Classes::default())),
            ("diagnosis", own(&["pd:MedicalHealth"], Classes::default())),
        ])
        .unwrap();
        assert!(terms.covers(&term("pd:Name"), &term("first-name")));
        assert!(!terms.covers(&term("first-name"), &term("pd:Name")));
        assert!(terms.classes(&term("diagnosis")).special);
    }

    #[test]
    fn a_raised_term_is_no_longer_covered_by_its_ordinary_parent() {
        let terms = terms(&[(
            "benefit-type",
            own(&["ropa:BenefitPayment"], DataClass::Special.into()),
        )])
        .unwrap();
        assert!(!terms.covers(&term("ropa:BenefitPayment"), &term("benefit-type")));
        assert!(terms.overlaps(&term("ropa:BenefitPayment"), &term("benefit-type")));
    }

    #[test]
    fn cycles_and_missing_parents_are_found() {
        let none = Classes::default();
        let broken = terms(&[
            ("a", own(&["b"], none)),
            ("b", own(&["a"], none)),
            ("c", own(&["nowhere"], none)),
            ("d", own(&["pd:Name"], none)),
        ])
        .unwrap_err();
        let broken: Vec<&str> = broken.ids.iter().map(Id::as_str).collect();
        assert_eq!(broken, ["a", "b", "c"]);
    }
}
