//! A state that a resource has been in. Rows are only ever inserted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    pub register: String,
    pub kind: String,
    /// Milliseconds since 1970.
    pub time_ms: i64,
    pub deleted: bool,
    /// With `document` and `sha256` unset exactly if `deleted`.
    pub format: Option<i32>,
    pub document: Option<String>,
    pub sha256: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl Related<super::current::Entity> for Entity {
    fn to() -> RelationDef {
        // Told from the other side, where both columns of the key are.
        super::current::Relation::Version.def().rev()
    }
}

impl ActiveModelBehavior for ActiveModel {}
