//! What is done with personal data (Art. 4(2)), and which words of a record cover it.

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Obtain from a source.
    Collect,
    /// Write down or record.
    Record,
    /// Organise, structure.
    Structure,
    /// Keep.
    Store,
    /// Read, retrieve.
    Consult,
    /// Use for the purpose, also by a processor.
    Use,
    /// Align or combine with other data.
    Combine,
    /// Search in order to select persons.
    SelectSearch,
    /// Make available to a recipient who is not a processor.
    Disclose,
    /// Make available to everybody.
    Publish,
    /// Transfer to a third country or an international organisation.
    Transfer,
    /// Profiling (Art. 4(4)).
    Profile,
    /// Compute a score or prediction about a person.
    Score,
    /// Decide solely by automated means (Art. 22).
    DecideAutomated,
    /// Keep for archiving (Art. 89).
    Archive,
    /// Make anonymous.
    Anonymise,
    /// Restrict processing (Art. 4(3)).
    Restrict,
    /// Erase or destroy.
    Erase,
    /// Restore from a backup.
    RestoreBackup,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 19] = [
        Self::Collect,
        Self::Record,
        Self::Structure,
        Self::Store,
        Self::Consult,
        Self::Use,
        Self::Combine,
        Self::SelectSearch,
        Self::Disclose,
        Self::Publish,
        Self::Transfer,
        Self::Profile,
        Self::Score,
        Self::DecideAutomated,
        Self::Archive,
        Self::Anonymise,
        Self::Restrict,
        Self::Erase,
        Self::RestoreBackup,
    ];

    /// The controller's duty rather than its wish: needs no purpose, data use or ground.
    pub const fn is_duty(self) -> bool {
        matches!(self, Self::Erase | Self::Restrict)
    }

    /// Holds wherever the data use does, also where a text lists operations. SELECT_SEARCH and COMBINE are implied
    /// only for ordinary data and declared sources; the evaluator asks for that.
    pub const fn is_implied(self) -> bool {
        matches!(
            self,
            Self::Collect
                | Self::Record
                | Self::Structure
                | Self::Store
                | Self::Consult
                | Self::Use
                | Self::Combine
                | Self::SelectSearch
                | Self::Anonymise
                | Self::Restrict
                | Self::Erase
                | Self::RestoreBackup
        )
    }

    /// Whether this word of a ground or scope covers the operation asked: "collect" includes recording, "use"
    /// includes what is done inside the house (for profiling and the like only where the activity declares it, which
    /// is asked elsewhere), "disclose" is only itself.
    pub const fn covers(self, asked: Self) -> bool {
        if self as u8 == asked as u8 {
            return true;
        }
        match self {
            Self::Collect => matches!(asked, Self::Record),
            Self::Use => matches!(
                asked,
                Self::Structure
                    | Self::Store
                    | Self::Consult
                    | Self::Combine
                    | Self::Anonymise
                    | Self::Profile
                    | Self::Score
                    | Self::SelectSearch
                    | Self::DecideAutomated
            ),
            _ => false,
        }
    }

    /// Whether a word that forbids has anything in common with the operation asked: using includes what it implies,
    /// but profiling and the like only where they are asked; what is disclosed to somebody is also disclosed where it
    /// is published or transferred.
    pub const fn overlaps(self, asked: Self) -> bool {
        let declared = matches!(
            self,
            Self::Profile | Self::Score | Self::SelectSearch | Self::DecideAutomated
        );
        self.covers(asked)
            || asked.covers(self) && !declared
            || matches!(self, Self::Disclose) && matches!(asked, Self::Publish | Self::Transfer)
    }
}
