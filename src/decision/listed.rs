//! What a list that does not cover something says of it.

use super::case::Case;
use crate::domain::{
    finding::{Finding, FindingCode},
    statement::List,
};

impl Case<'_> {
    /// Which code says that a list does not cover something: not recorded where nothing or only examples are listed,
    /// absent where it is said that there is none, else not declared.
    pub fn uncovered(
        &self,
        list: List,
        is_empty: bool,
        [not_recorded, absent, not_declared]: [FindingCode; 3],
    ) -> Finding {
        if let Some(evidence) = self.lists().none(list) {
            Finding::new(absent).evidence(evidence)
        } else if is_empty || self.lists().extent(list).is_some() {
            Finding::new(not_recorded)
        } else {
            Finding::new(not_declared)
        }
    }
}
