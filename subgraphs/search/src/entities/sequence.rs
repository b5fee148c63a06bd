//! The last sequence that was given out.

use sea_orm::entity::prelude::*;

/// The only row of the table.
pub const ONLY: i32 = 1;

/// One row; whoever updates it makes the others wait until the commit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sequence")]
pub struct Model {
    /// Always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The last one given out.
    pub last: i64,
}

impl ActiveModelBehavior for ActiveModel {}
