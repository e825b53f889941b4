//! An entry of the accountability log. Rows are only ever inserted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Counted from 1: its leaf is number `log_index - 1` of the tree.
    #[sea_orm(primary_key, auto_increment = false)]
    pub log_index: i64,
    /// Unset for an entry that is no change.
    pub revision: Option<i64>,
    pub leaf: Vec<u8>,
    pub leaf_hash: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
