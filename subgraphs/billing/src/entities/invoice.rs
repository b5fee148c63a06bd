//! Invoices: one for each payment that went through.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// How an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// Paid.
    #[sea_orm(string_value = "PAID")]
    Paid,
}

/// An invoice.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Its number: consecutive within a year.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// How it stands.
    pub status: Status,
    /// What was sold.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// What was paid, minor units.
    pub total_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// By which payment.
    pub payment_id: Uuid,
    /// When it was issued.
    pub issued_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Invoices of `account`.
    pub fn owned_by(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0))
    }
}
