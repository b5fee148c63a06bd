//! What is sold by subscription.

use kernel::PlanId;
use sea_orm::{QueryOrder, Select, entity::prelude::*};

use super::Words;

/// How often a plan is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Interval {
    /// Every month.
    #[sea_orm(string_value = "MONTH")]
    Month,
    /// Every year.
    #[sea_orm(string_value = "YEAR")]
    Year,
}

/// A plan.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// One sentence.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// Price of one interval, minor units.
    pub price_minor: i64,
    /// ISO 4217.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// How often it is paid.
    pub interval: Interval,
    /// Days before the first payment.
    pub trial_days: i32,
    /// Packages it includes.
    pub entitlements: Words,
    /// Streams at the same time.
    pub max_streams: i32,
    /// Place in the list.
    pub position: i32,
    /// It is sold no longer; who has it keeps it.
    pub withdrawn: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn plan(&self) -> PlanId {
        PlanId(self.id)
    }
}

impl Entity {
    /// Plans on sale, in their order.
    pub fn on_sale() -> Select<Self> {
        Self::find()
            .filter(Column::Withdrawn.eq(false))
            .order_by_asc(Column::Position)
    }
}
