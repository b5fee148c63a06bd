//! Up to where recordings and reminders have followed the guide: one row.

use sea_orm::entity::prelude::*;

/// The key of the only row.
pub const ONLY: i32 = 1;

/// A place in the log of guide changes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_followers")]
pub struct Model {
    /// Always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Changes up to this place were followed.
    pub cursor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
