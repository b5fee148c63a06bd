//! What rights knows of titles: a read model of the catalogue.

use sea_orm::entity::prelude::*;

use super::{Asset, Words};

/// A title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "titles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Packages it belongs to; empty when it is free.
    pub packages: Words,
    /// Youngest age it is for.
    pub min_age: Option<i32>,
    /// What is played.
    pub asset: Option<Asset>,
    /// Grows with every change.
    pub version: i64,
    /// It can no longer be found.
    pub withdrawn: bool,
}

impl ActiveModelBehavior for ActiveModel {}
