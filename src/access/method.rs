//! Every method that the server has, and the permission that it needs. A method that is not in this table is refused, and a
//! test compares the table with the contract.

use std::{collections::HashMap, sync::LazyLock};

use super::Permission;

/// How messages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One there, one back.
    Unary,
    /// One there, any number back.
    ServerStream,
    /// Any number both ways.
    Stream,
}

impl Kind {
    /// As the `grpc_type` of metrics says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStream => "server_stream",
            Self::Stream => "bidi_stream",
        }
    }
}

/// A method of the server.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its place in [`methods`].
    pub index: usize,
    /// The full name of its service.
    pub service: &'static str,
    /// Its name.
    pub name: &'static str,
    /// As it is called: `/ropa.v1.DecisionService/Check`.
    pub path: &'static str,
    /// How messages go.
    pub kind: Kind,
    /// What it needs.
    pub permission: Permission,
}

macro_rules! table {
    ($( $service:literal { $( $permission:ident $kind:ident: $($name:ident)* ;)* } )*) => {
        /// All of them, before they are numbered.
        const TABLE: &[(&str, &str, &str, Kind, Permission)] = &[
            $($($((
                $service,
                stringify!($name),
                concat!("/", $service, "/", stringify!($name)),
                Kind::$kind,
                Permission::$permission,
            ),)*)*)*
        ];
    };
}

table! {
    "ropa.v1.DecisionService" {
        Check Unary: Check BatchCheck;
    }
    "ropa.v1.RegisterService" {
        Read Unary: GetRegister ListRegisters BatchGetResources
            GetProcessingActivity ListProcessingActivities
            GetDataCategory ListDataCategories
            GetDataSubjectCategory ListDataSubjectCategories
            GetProcessor ListProcessors
            GetRecipient ListRecipients
            GetTransfer ListTransfers
            GetContactPerson ListContactPersons;
        Change Unary: ApplyRegister Commit
            CreateRegister UpdateRegister
            CreateProcessingActivity UpdateProcessingActivity DeleteProcessingActivity
            CreateDataCategory UpdateDataCategory DeleteDataCategory
            CreateDataSubjectCategory UpdateDataSubjectCategory DeleteDataSubjectCategory
            CreateProcessor UpdateProcessor DeleteProcessor
            CreateRecipient UpdateRecipient DeleteRecipient
            CreateTransfer UpdateTransfer DeleteTransfer
            CreateContactPerson UpdateContactPerson DeleteContactPerson;
        Administer Unary: DeleteRegister EraseContactPerson;
    }
    "ropa.v1.HistoryService" {
        Read Unary: ListRevisions GetRevision ListVersions CompareRevisions;
    }
    "ropa.v1.ReportService" {
        Read Unary: Lint Export ListObservedProcessing;
    }
    "ropa.v1.AccessService" {
        Identified Unary: GetCaller;
    }
    "grpc.health.v1.Health" {
        Open Unary: Check;
        Open ServerStream: Watch;
    }
    "grpc.reflection.v1.ServerReflection" {
        Identified Stream: ServerReflectionInfo;
    }
    "grpc.reflection.v1alpha.ServerReflection" {
        Identified Stream: ServerReflectionInfo;
    }
}

static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let numbered = TABLE.iter().enumerate();
    numbered
        .map(|(index, &(service, name, path, kind, permission))| Method {
            index,
            service,
            name,
            path,
            kind,
            permission,
        })
        .collect()
});

static BY_PATH: LazyLock<HashMap<&'static str, Method>> =
    LazyLock::new(|| METHODS.iter().map(|method| (method.path, *method)).collect());

/// All methods.
pub fn methods() -> &'static [Method] {
    &METHODS
}

/// The method that is called so; none is like it.
pub fn find(path: &str) -> Option<&'static Method> {
    BY_PATH.get(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_found_by_exactly_its_path() {
        let check = find("/ropa.v1.DecisionService/Check").unwrap();
        assert_eq!(check.permission, Permission::Check);
        assert_eq!(methods()[check.index].path, check.path);
        for path in [
            "",
            "/",
            "ropa.v1.DecisionService/Check",
            "/ropa.v1.DecisionService/check",
            "/ropa.v1.DecisionService/Check/",
            "//ropa.v1.DecisionService/Check",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }

    #[test]
    fn whoever_creates_or_deletes_or_changes_needs_more_than_reading() {
        for method in methods() {
            let changes = ["Create", "Update", "Delete", "Erase", "Apply", "Commit"];
            let changes = changes.iter().any(|verb| method.name.starts_with(verb));
            assert_eq!(changes, method.permission.is_change(), "{}", method.path);
        }
    }
}
