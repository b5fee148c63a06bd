//! The ledger: what accounts may watch, fed by billing's events.

use kernel::{AccountId, Instant};
use sea_orm::{Condition, Select, entity::prelude::*};

use super::Words;

/// What gives a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Source {
    /// A subscription gives packages.
    #[sea_orm(string_value = "SUBSCRIPTION")]
    Subscription,
    /// A purchase gives content for good.
    #[sea_orm(string_value = "PURCHASE")]
    Purchase,
    /// A rental gives content for a time.
    #[sea_orm(string_value = "RENTAL")]
    Rental,
}

/// One right of an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entitlements")]
pub struct Model {
    /// The subscription, purchase or rental.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// What gives it.
    pub source: Source,
    /// Packages of a subscription.
    pub packages: Words,
    /// Content of a purchase or rental.
    pub content_id: Option<Uuid>,
    /// From.
    pub starts_at: Instant,
    /// Until; absent is for good.
    pub ends_at: Option<Instant>,
    /// Streams at the same time.
    pub max_streams: i32,
    /// Grows with every change.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Rights of `account` that have not ended at `now`.
    pub fn open(account: AccountId, now: Instant) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0)).filter(
            Condition::any()
                .add(Column::EndsAt.is_null())
                .add(Column::EndsAt.gt(now)),
        )
    }
}
