//! Content rented for a time.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// A rental.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rentals")]
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
    /// From.
    pub starts_at: Instant,
    /// Until.
    pub expires_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Rentals of `account`.
    pub fn owned_by(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0))
    }
}
