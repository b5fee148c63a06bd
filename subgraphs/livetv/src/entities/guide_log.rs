//! Where the log of guide changes stands: one row.

use sea_orm::entity::prelude::*;

/// The key of the only row.
pub const ONLY: i32 = 1;

/// Where the log begins and ends.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_log")]
pub struct Model {
    /// Always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Which log it is: a cursor of another one (a database made anew) is too old.
    pub epoch: Uuid,
    /// Place of the last change.
    pub cursor: i64,
    /// Changes up to this place were forgotten.
    pub purged_to: i64,
}

impl ActiveModelBehavior for ActiveModel {}
