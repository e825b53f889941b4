//! National grounds for special, criminal and national-number data (Arts 9(2), 10, 87).
//!
//! They stand in only where a record states none for that class of data. An entry names the roles, sectors, Art. 6
//! points and purposes that it fits: what the record answers is matched, only its `conditions` are asked for.

use super::{
    dk, fi,
    ground::{NationalGround, Setting},
    se,
};
use crate::domain::{term::DataClass, vocabulary::Code};

/// Every national ground.
pub fn all() -> impl Iterator<Item = &'static NationalGround> {
    dk::GROUNDS.iter().chain(fi::GROUNDS).chain(se::GROUNDS)
}

/// The grounds of this class that fit. `within` tells whether the data asked is within a code.
pub fn fitting<'a>(
    class: DataClass,
    setting: Setting<'a>,
    within: impl Fn(Code) -> bool + 'a,
) -> impl Iterator<Item = &'static NationalGround> + 'a {
    all().filter(move |ground| ground.class == class && ground.fits(setting) && ground.data.admits(&within))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::vocabulary::{self, Facet},
        law::ground::DataLimit,
    };

    #[test]
    fn every_purpose_and_data_code_of_the_law_is_known() {
        for ground in all() {
            for purpose in ground.purposes {
                assert!(
                    vocabulary::lookup(Facet::Purpose, purpose).is_some(),
                    "{}: {purpose}",
                    ground.id
                );
            }
            if let DataLimit::Within(code) | DataLimit::Outside(code) = ground.data {
                assert!(
                    vocabulary::lookup(Facet::Data, code).is_some(),
                    "{}: {code}",
                    ground.id
                );
            }
        }
    }
}
