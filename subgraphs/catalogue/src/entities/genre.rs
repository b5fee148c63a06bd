//! Genres.

use sea_orm::entity::prelude::*;

/// A genre.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "genres")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The name folded; unique.
    #[sea_orm(unique)]
    pub folded: String,
}

impl ActiveModelBehavior for ActiveModel {}
