//! One row for each account that plays: writing it makes two starts of the same account wait for each other.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// The slots of an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream_slots")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// When a slot was last asked for.
    pub taken_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
