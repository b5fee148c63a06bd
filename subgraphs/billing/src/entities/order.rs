//! What was asked for under which idempotency key: money moves at most once for each.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// Whether an order was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// The gateway may have been asked; nobody knows what it said.
    #[sea_orm(string_value = "PENDING")]
    Pending,
    /// It has its answer for ever.
    #[sea_orm(string_value = "DONE")]
    Done,
}

/// An order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// The client's key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub idempotency_key: String,
    /// The payment it makes: the gateway charges once for it, however often it is asked.
    pub payment_id: Uuid,
    /// What was asked for, JSON.
    #[sea_orm(column_type = "Text")]
    pub input: String,
    /// Whether it was answered.
    pub state: State,
    /// The subscription, rental or purchase.
    pub result_id: Option<Uuid>,
    /// Why nothing was sold.
    #[sea_orm(column_type = "Text", nullable)]
    pub problem: Option<String>,
    /// When it was first asked.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The order of `account` under `key`.
    pub fn of(account: AccountId, key: &str) -> Select<Self> {
        Self::find_by_id((account.0, key.to_owned()))
    }
}
