//! Payments, those that failed too.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// What came of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// Money moved.
    #[sea_orm(string_value = "SUCCEEDED")]
    Succeeded,
    /// No money moved.
    #[sea_orm(string_value = "FAILED")]
    Failed,
}

/// A payment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    /// Its id; also the gateway's idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// What came of it.
    pub status: Status,
    /// The gateway's token of the way it was paid; never a card number.
    #[sea_orm(column_type = "Text")]
    pub method: String,
    /// What the gateway calls it.
    #[sea_orm(column_type = "Text", nullable)]
    pub reference: Option<String>,
    /// Why it failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// When.
    pub at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
