//! A change: what is to become of the register, and who wants it why.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::name::{RegisterId, ResourceName, Revision};

use super::{Digest, Request};

/// What is to be changed, and what the audit log says about it.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who asked for it: an opaque pseudonym, because the log cannot forget it.
    pub actor: String,
    /// The full name of the method that was called: `/ropa.v1.RegisterService/ApplyRegister`.
    pub method: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The register that it happened to. Every mutation is in it.
    pub register: RegisterId,
    /// Why, in the actor's words. The log holds only a salted digest, so that the words can be erased.
    pub reason: Option<String>,
    /// The request that it came from, where its caller named it. Sent again, it has no second effect.
    pub request: Option<Request>,
    /// When it was asked for; kept to the millisecond. For information: order is the revision's.
    pub time: Timestamp,
    /// At least one, and at most one for each resource. All of them happen, or none.
    pub mutations: Vec<Mutation>,
}

/// What happened, as the audit log calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A whole register was applied from a document.
    RegisterApplied,
    /// Several changes were committed together.
    RegisterCommitted,
    /// A resource was created.
    ResourceCreated,
    /// A resource was changed.
    ResourceUpdated,
    /// A resource was deleted.
    ResourceDeleted,
    /// What the versions of a contact person said was erased.
    ContactPersonErased,
}

impl ChangeKind {
    /// The `type` of the log's entry. Never changes: entries of this type are for ever.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisterApplied => "register.applied",
            Self::RegisterCommitted => "register.committed",
            Self::ResourceCreated => "resource.created",
            Self::ResourceUpdated => "resource.updated",
            Self::ResourceDeleted => "resource.deleted",
            Self::ContactPersonErased => "contact_person.erased",
        }
    }
}

/// What is to become of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// It is this document from now on, whether it was there before or not.
    Put {
        /// Its name.
        name: ResourceName,
        /// The document, kept byte for byte. The caller answers for its being JSON.
        json: String,
        /// Which version of the documents' format it is written in.
        format: u16,
    },
    /// It is no longer there. It must be there before.
    Delete {
        /// Its name.
        name: ResourceName,
    },
    /// What its versions said is forgotten; that there were these versions is not.
    Erase {
        /// Its name.
        name: ResourceName,
        /// What is forgotten, as [`Write::erasable`](super::Write::erasable) found it.
        contents: Vec<Digest>,
    },
}

/// Which versions of a resource are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasing {
    /// All of them.
    Everything,
    /// All but the current one.
    Former,
}

impl Mutation {
    /// The resource that it is about.
    pub const fn name(&self) -> &ResourceName {
        match self {
            Self::Put { name, .. } | Self::Delete { name } | Self::Erase { name, .. } => name,
        }
    }
}

/// What a change became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its revision.
    pub revision: Revision,
    /// Its time as it was kept: to the millisecond.
    pub time: Timestamp,
    /// The index of its entry in the audit log, counted from 1.
    pub log_index: u64,
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChange {
    /// It changes nothing, and nothing is not worth a revision.
    #[error("the change is empty")]
    Empty,
    /// Two mutations of one resource: which of them would be the last?
    #[error("the change names `{0}` twice")]
    Repeated(ResourceName),
    /// A mutation in another register than the change's.
    #[error("`{0}` is not in the register that is changed")]
    Elsewhere(ResourceName),
    /// The deletion of a resource that is not there.
    #[error("`{0}` is not there to be deleted")]
    Absent(ResourceName),
    /// A zero byte, which JSON does not have and PostgreSQL does not store.
    #[error("the document of `{0}` has a zero byte")]
    ZeroByte(ResourceName),
    /// The entry in the audit log would be longer than a leaf may be.
    #[error("the actor and the method are too long for the audit log")]
    TooLong,
}

impl Change {
    /// Checks what can be said without looking at the store.
    pub(super) fn check(&self) -> Result<(), InvalidChange> {
        if self.mutations.is_empty() {
            return Err(InvalidChange::Empty);
        }
        let mut names = HashSet::with_capacity(self.mutations.len());
        for mutation in &self.mutations {
            let name = mutation.name();
            if *name.register_id() != self.register {
                return Err(InvalidChange::Elsewhere(name.clone()));
            }
            if !names.insert(name) {
                return Err(InvalidChange::Repeated(name.clone()));
            }
            if let Mutation::Put { json, .. } = mutation
                && json.contains('\0')
            {
                return Err(InvalidChange::ZeroByte(name.clone()));
            }
        }
        Ok(())
    }
}
