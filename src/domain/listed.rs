//! The lists that hold for an activity, its own and the register's, and where each of their entries stands.

use super::{
    activity::{Access, Activity, LegalBasis, OperationUse, ProcessorUse, Purpose},
    finding::Evidence,
    register::Record,
    retention::RetentionRule,
    statement::{Entry, Extent, List, Measure, Provenance, Says},
};

/// A list of statements and where it stands: `registers/koko/activities/chat#retention`.
#[derive(Debug)]
pub struct Listed<'a, T> {
    /// Its entries.
    pub entries: &'a [T],
    place: String,
}

// Written out: deriving would ask that `T` can be copied too.
impl<T> Clone for Listed<'_, T> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries,
            place: self.place.clone(),
        }
    }
}

impl<'a, T: Entry> Listed<'a, T> {
    /// A list that stands here: a resource and a path within it.
    pub const fn at(place: String, entries: &'a [T]) -> Self {
        Self { entries, place }
    }

    /// Where it stands.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Its entries with their places: by id where they have one, else by index.
    pub fn iter(&self) -> impl Iterator<Item = (String, &'a T)> + use<'a, '_, T> {
        self.entries
            .iter()
            .enumerate()
            .map(|(index, entry)| match entry.id() {
                Some(id) => (format!("{}[{id}]", self.place), entry),
                None => (format!("{}[{index}]", self.place), entry),
            })
    }
}

/// An activity in its record.
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    /// The record.
    pub record: &'a Record,
    /// The activity.
    pub activity: &'a Activity,
}

impl<'a> Within<'a> {
    /// A list of the activity.
    pub fn own<T: Entry>(&self, field: &str, entries: &'a [T]) -> Listed<'a, T> {
        Listed::at(format!("{}#{field}", self.activity.name), entries)
    }

    /// A list of the register's defaults.
    pub fn default<T: Entry>(&self, field: &str, entries: &'a [T]) -> Listed<'a, T> {
        Listed::at(
            format!("registers/{}#defaults.{field}", self.record.register.id),
            entries,
        )
    }

    /// The activity's own list, or the default where it has none.
    fn inherited<T: Entry>(&self, field: &str, own: &'a [T], default: &'a [T]) -> Listed<'a, T> {
        if own.is_empty() {
            self.default(field, default)
        } else {
            self.own(field, own)
        }
    }

    /// The grounds that hold for the activity.
    pub fn legal_bases(&self) -> Listed<'a, LegalBasis> {
        let (own, default) = (
            &self.activity.legal_bases,
            &self.record.register.defaults.legal_bases,
        );
        self.inherited("legal_bases", own, default)
    }

    /// The processors that hold for the activity.
    pub fn processors(&self) -> Listed<'a, ProcessorUse> {
        let (own, default) = (
            &self.activity.processors,
            &self.record.register.defaults.processors,
        );
        self.inherited("processors", own, default)
    }

    /// The activity's rules of retention, and the register's.
    pub fn retention(&self) -> [Listed<'a, RetentionRule>; 2] {
        let default = &self.record.register.defaults.retention;
        [
            self.own("retention", &self.activity.retention),
            self.default("retention", default),
        ]
    }

    /// The activity's operations, and the register's denials of operations.
    pub fn operations(&self) -> [Listed<'a, OperationUse>; 2] {
        let default = &self.record.register.defaults.operations;
        [
            self.own("operations", &self.activity.operations),
            self.default("operations", default),
        ]
    }

    /// The activity's purposes, and the register's denials of purposes.
    pub fn purposes(&self) -> [Listed<'a, Purpose>; 2] {
        let default = &self.record.register.defaults.purposes;
        [
            self.own("purposes", &self.activity.purposes),
            self.default("purposes", default),
        ]
    }

    /// Who may see the data, and where it is said.
    pub fn access(&self) -> Option<(String, &'a Access)> {
        let register = &self.record.register;
        let own = self.activity.access.as_ref();
        let own = own.map(|access| (format!("{}#access", self.activity.name), access));
        own.or_else(|| {
            let default = register.defaults.access.as_ref()?;
            Some((format!("registers/{}#defaults.access", register.id), default))
        })
    }

    /// What is said of a whole list: by the activity, else by the register.
    pub fn extent(&self, list: List) -> Option<(String, &'a Extent)> {
        let default = &self.record.register.defaults.extents;
        let of = |extents: Listed<'a, Extent>| extents.iter().find(|(_, extent)| extent.list == list);
        of(self.own("extents", &self.activity.extents)).or_else(|| of(self.default("extents", default)))
    }

    /// The measures that protect the activity's data: its own, or the register's.
    pub fn measures(&self) -> Listed<'a, Measure> {
        self.inherited(
            "measures",
            &self.activity.measures,
            &self.record.register.defaults.measures,
        )
    }

    /// Where it is said that a list has no entries, if it is.
    pub fn none(&self, list: List) -> Option<Evidence> {
        let (place, extent) = self
            .extent(list)
            .filter(|(_, extent)| extent.says == Says::None)?;
        Some(self.evidence(place, &extent.provenance))
    }

    /// A place in the record with its source; the activity's stands in where the statement has none.
    pub fn evidence(&self, place: String, provenance: &Provenance) -> Evidence {
        let own = &self.activity.provenance;
        let document = if provenance.document.is_empty() && !own.document.is_empty() {
            own.document.as_str()
        } else {
            self.record.document(provenance)
        };
        let section = if provenance.section.is_empty() {
            &own.section
        } else {
            &provenance.section
        };
        Evidence {
            place,
            document: document.to_owned(),
            section: section.clone(),
        }
    }
}
