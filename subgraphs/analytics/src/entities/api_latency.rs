//! How many uses of the graph took how long in an hour.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// One class of duration of one series in one hour.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_latencies")]
pub struct Model {
    /// When the hour begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: Instant,
    /// The series of [`super::api_usage`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub series: Uuid,
    /// The place among the classes of [`crate::domain::latency`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub class: i32,
    /// How many.
    pub count: i64,
}

impl ActiveModelBehavior for ActiveModel {}
