//! Which titles name which people: a person can be found while a title names them.

use sea_orm::entity::prelude::*;

/// A person of a title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "title_people")]
pub struct Model {
    /// The title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
