//! The last invoice number of each year: numbers have no gaps.

use sea_orm::entity::prelude::*;

/// The last number of a year.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_numbers")]
pub struct Model {
    /// The year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// The last number given.
    pub last: i64,
}

impl ActiveModelBehavior for ActiveModel {}
