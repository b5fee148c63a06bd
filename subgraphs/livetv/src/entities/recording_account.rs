//! A row for each account that records: whoever counts its recordings locks it.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// An account that records.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recording_accounts")]
pub struct Model {
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// When its recordings were last counted.
    pub counted_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
