//! Who is outside the house: processors, recipients, and the transfers to them.

use super::{
    name::Id,
    statement::{Effective, Measure, Provenance, Scope},
    vocabulary::Code,
};

/// A country as ISO 3166-1 alpha-2 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Of no country: a code that ISO 3166-1 leaves to its users, and no law has entries for.
    pub const NONE: Self = Self(*b"ZZ");

    /// The country with this code, where it is two capital letters.
    pub fn parse(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Some(Self([a, b])),
            _ => None,
        }
    }

    /// Its code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Who processes data on the controller's behalf (Art. 4(8)).
#[derive(Clone, Debug)]
pub struct Processor {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub title: String,
    /// Kinds.
    pub kinds: Vec<Code>,
    /// Where it works.
    pub countries: Vec<Country>,
    /// The contract of Art. 28(3).
    pub contract: Contract,
    /// How it protects the data.
    pub measures: Vec<Measure>,
    /// What else is stated.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// The contract with a processor.
#[derive(Clone, Debug)]
pub struct Contract {
    /// What the record says of it.
    pub state: ContractState,
    /// Reference.
    pub reference: String,
    /// When it is in force.
    pub effective: Effective,
    /// What it is limited to.
    pub scope: Scope,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// What a record says of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// Nothing.
    NotStated,
    /// There is one.
    Concluded,
    /// There is none.
    Missing,
}

/// Whom data is disclosed to, or where it comes from.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub title: String,
    /// Kinds.
    pub kinds: Vec<Code>,
    /// Where it is.
    pub countries: Vec<Country>,
    /// What else is stated.
    pub text: String,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A transfer to third countries (Art. 30(1)(e)).
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Its id.
    pub id: Id,
    /// What it is called.
    pub title: String,
    /// The document of the tool, and safeguards (Art. 49(6)).
    pub reference: String,
    /// In own words.
    pub text: String,
    /// To which countries; empty: not stated.
    pub countries: Vec<Country>,
    /// Who receives it; empty: any declared one.
    pub importers: Vec<Id>,
    /// On which tool; `None`: not stated.
    pub tool: Option<TransferTool>,
    /// What it is limited to.
    pub scope: Scope,
    /// When it holds.
    pub effective: Effective,
    /// Where it is stated.
    pub provenance: Provenance,
}

/// A tool of Chapter V.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferTool {
    /// Art. 45.
    Adequacy,
    /// Art. 46(2)(a).
    PublicInstrument,
    /// Arts 46(2)(b), 47.
    BindingCorporateRules,
    /// Art. 46(2)(c).
    StandardClauses,
    /// Art. 46(2)(d).
    AuthorityClauses,
    /// Art. 46(2)(e).
    CodeOfConduct,
    /// Art. 46(2)(f).
    Certification,
    /// Art. 46(3)(a).
    AdHocClauses,
    /// Art. 46(3)(b).
    AdministrativeArrangement,
    /// Art. 49(1)(a).
    ExplicitConsent,
    /// Art. 49(1)(b), (c).
    ContractNecessity,
    /// Art. 49(1)(d).
    PublicInterest,
    /// Art. 49(1)(e).
    LegalClaims,
    /// Art. 49(1)(f).
    VitalInterests,
    /// Art. 49(1)(g).
    PublicRegister,
    /// Art. 49(1) second subparagraph.
    CompellingInterests,
    /// There is none.
    None,
}

impl TransferTool {
    /// Whether it is one of the safeguards of Art. 46.
    pub const fn is_safeguard(self) -> bool {
        matches!(
            self,
            Self::PublicInstrument
                | Self::BindingCorporateRules
                | Self::StandardClauses
                | Self::AuthorityClauses
                | Self::CodeOfConduct
                | Self::Certification
                | Self::AdHocClauses
                | Self::AdministrativeArrangement
        )
    }

    /// Whether it is closed to public authorities in the exercise of their powers (Art. 49(3)).
    pub const fn is_closed_to_authorities(self) -> bool {
        matches!(
            self,
            Self::ExplicitConsent | Self::ContractNecessity | Self::CompellingInterests
        )
    }
}
