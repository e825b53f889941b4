//! A national ground, and what it fits.

use jiff::civil::Date;

use super::{InForce, LawCondition, Source};
use crate::domain::{
    activity::{Article6, Article9},
    finding::FindingCode,
    operation::Operation,
    register::{Controller, PublicRole, Sector},
    term::DataClass,
    vocabulary::{self, Code, Facet},
};

/// A national ground.
#[derive(Clone, Copy, Debug)]
pub struct NationalGround {
    /// Stable id.
    pub id: &'static str,
    /// Whose law: ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// For which class of data.
    pub class: DataClass,
    /// For special categories: the exceptions of Art. 9(2) that it can be the law of.
    pub exceptions: &'static [Article9],
    /// For which data within the class.
    pub data: DataLimit,
    /// For which sectors; empty: any.
    pub sectors: &'static [Sector],
    /// For which roles; empty: any.
    pub roles: &'static [PublicRole],
    /// With which Art. 6 points; empty: any. Where the record states none, the purpose alone is matched.
    pub points: &'static [Article6],
    /// For which purposes; empty: any.
    pub purposes: &'static [&'static str],
    /// Which operations it does not carry.
    pub never: &'static [Operation],
    /// What has to hold beside that.
    pub conditions: &'static [LawCondition],
    /// What has to be attested beside that.
    pub attest: Option<FindingCode>,
    /// When it is in force.
    pub in_force: InForce,
    /// Where it is from.
    pub source: Source,
}

/// A limit to data within a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataLimit {
    /// All of the class.
    Any,
    /// What is within this code.
    Within(&'static str),
    /// What is not within this code.
    Outside(&'static str),
}

/// What a ground is matched with: everything here is answered by the record and the question's purpose.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Whose record it is.
    pub controller: &'a Controller,
    /// The Art. 6 point of the ground that it would complete; `None`: not stated.
    pub point: Option<Article6>,
    /// The codes of the purpose asked, or of each purpose that may be meant: all of them have to fit.
    pub purposes: &'a [Vec<Code>],
    /// The day of the processing.
    pub day: Date,
    /// What is done.
    pub operation: Operation,
}

impl DataLimit {
    /// Whether the data is within the limit; `within` tells whether it is within a code.
    pub fn admits(self, within: &impl Fn(Code) -> bool) -> bool {
        let is_within = |code| vocabulary::lookup(Facet::Data, code).is_some_and(within);
        match self {
            Self::Any => true,
            Self::Within(code) => is_within(code),
            Self::Outside(code) => !is_within(code),
        }
    }
}

impl NationalGround {
    /// Whether it fits a setting, apart from the data.
    pub fn fits(&self, setting: Setting<'_>) -> bool {
        let Setting {
            controller,
            point,
            purposes,
            day,
            operation,
        } = setting;
        controller.country.as_str() == self.country
            && self.in_force.contains(day)
            && !self.never.contains(&operation)
            && (self.sectors.is_empty() || self.sectors.contains(&controller.sector))
            && (self.roles.is_empty() || self.roles.contains(&controller.public_role))
            && (self.points.is_empty() || point.is_none_or(|point| self.points.contains(&point)))
            && (self.purposes.is_empty() || self.fits_purposes(purposes))
    }

    /// Every code of every purpose that may be meant is one that the entry names; without any nothing fits.
    fn fits_purposes(&self, purposes: &[Vec<Code>]) -> bool {
        let named = |code: &Code| self.purposes.contains(&code.as_str());
        !purposes.is_empty()
            && purposes
                .iter()
                .all(|codes| !codes.is_empty() && codes.iter().all(named))
    }
}
