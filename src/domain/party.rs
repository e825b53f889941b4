//! Who is outside the house: processors, recipients, and the transfers to them.

use super::{
    name::Id,
    statement::{Effective, Measure, Provenance, Scope},
    vocabulary::Code,
};

/// A country as ISO 3166-1 alpha-2 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// The codes that ISO 3166-1 assigns (of 2024), and `XK`, which the Union uses for Kosovo.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT \
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW \
    XK";

impl Country {
    /// Of no country: a code that ISO 3166-1 leaves to its users, and no law has entries for.
    pub const NONE: Self = Self(*b"ZZ");

    /// The country with this code. `EU` and `UK` are none.
    pub fn parse(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] if CODES.split(' ').any(|code| code == text) => {
                Some(Self([a, b]))
            }
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
    /// Where the GDPR has it; `None` where there is no tool.
    pub const fn article(self) -> Option<&'static str> {
        Some(match self {
            Self::Adequacy => "Art. 45",
            Self::PublicInstrument => "Art. 46(2)(a)",
            Self::BindingCorporateRules => "Arts 46(2)(b), 47",
            Self::StandardClauses => "Art. 46(2)(c)",
            Self::AuthorityClauses => "Art. 46(2)(d)",
            Self::CodeOfConduct => "Art. 46(2)(e)",
            Self::Certification => "Art. 46(2)(f)",
            Self::AdHocClauses => "Art. 46(3)(a)",
            Self::AdministrativeArrangement => "Art. 46(3)(b)",
            Self::ExplicitConsent => "Art. 49(1)(a)",
            Self::ContractNecessity => "Art. 49(1)(b), (c)",
            Self::PublicInterest => "Art. 49(1)(d)",
            Self::LegalClaims => "Art. 49(1)(e)",
            Self::VitalInterests => "Art. 49(1)(f)",
            Self::PublicRegister => "Art. 49(1)(g)",
            Self::CompellingInterests => "Art. 49(1), second subparagraph",
            Self::None => return None,
        })
    }

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
