//! Content bought for good.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// A purchase.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purchases")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Title or channel.
    pub content_id: Uuid,
    /// By which offer.
    pub offer_id: Uuid,
    /// What was paid, minor units.
    pub price_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// When.
    pub purchased_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Purchases of `account`.
    pub fn owned_by(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0))
    }
}
