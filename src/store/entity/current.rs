//! Which version of a resource is the present one. What is deleted has no row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "current")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub revision: i64,
    pub register: String,
    pub kind: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::version::Entity",
        from = "(Column::Name, Column::Revision)",
        to = "(super::version::Column::Name, super::version::Column::Revision)"
    )]
    Version,
}

impl ActiveModelBehavior for ActiveModel {}
