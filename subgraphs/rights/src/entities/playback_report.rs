//! Reports of players that were taken: each key once.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// A report that was taken.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "playback_reports")]
pub struct Model {
    /// Of which session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    /// The player's key of it.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub idempotency_key: String,
    /// When it came.
    pub received_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
