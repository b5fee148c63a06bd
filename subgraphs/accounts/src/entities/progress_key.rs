//! Progress that an app sent already.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// An app's key of one report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "progress_keys")]
pub struct Model {
    /// Whose progress.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// The app's key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub idempotency_key: String,
    /// When it came first.
    pub recorded_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
