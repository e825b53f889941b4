//! Roles and permissions.

use std::fmt;

/// What a caller is here for. Each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A service that asks before it processes.
    Checker,
    /// Who looks at the record, its history and reports: an auditor, a dashboard.
    Reader,
    /// Who keeps the record: a privacy officer, a pipeline that applies manifests.
    Editor,
    /// Who may also do what cannot be taken back: delete a register, forget a contact person.
    Admin,
}

/// What a method needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Nothing: probes carry no credential.
    Open,
    /// Being one of the callers.
    Identified,
    /// To ask questions.
    Check,
    /// To read the record.
    Read,
    /// To change the record.
    Change,
    /// To do what cannot be taken back.
    Administer,
}

impl Role {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 4] = [Self::Checker, Self::Reader, Self::Editor, Self::Admin];

    /// Whether the role has the permission.
    pub const fn has(self, permission: Permission) -> bool {
        match permission {
            Permission::Open | Permission::Identified | Permission::Check => true,
            Permission::Read => matches!(self, Self::Reader | Self::Editor | Self::Admin),
            Permission::Change => matches!(self, Self::Editor | Self::Admin),
            Permission::Administer => matches!(self, Self::Admin),
        }
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checker => "checker",
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Permission {
    /// Whether refusing it is worth an entry in the audit log: somebody tried to change something.
    pub const fn is_change(self) -> bool {
        matches!(self, Self::Change | Self::Administer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        let permissions = [
            Permission::Open,
            Permission::Identified,
            Permission::Check,
            Permission::Read,
            Permission::Change,
            Permission::Administer,
        ];
        for (less, more) in Role::ALL.iter().zip(Role::ALL.iter().skip(1)) {
            for permission in permissions {
                assert!(
                    !less.has(permission) || more.has(permission),
                    "{less} {more} {permission:?}"
                );
            }
            assert!(
                permissions
                    .iter()
                    .any(|permission| more.has(*permission) && !less.has(*permission))
            );
        }
        assert!(
            !Role::Checker.has(Permission::Read),
            "who asks does not see the record"
        );
    }
}
