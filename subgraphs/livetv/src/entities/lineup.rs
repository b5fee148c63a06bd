//! Line-ups: which channels a region has, and at which numbers.

use kernel::Instant;
use sea_orm::{entity::prelude::*, sea_query::ExprTrait as _};

use super::Words;

/// A line-up.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lineups")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name: unique.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where it is for: countries and their parts.
    pub regions: Words,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

/// Line-ups for `region`.
pub fn in_region(region: &str) -> Expr {
    super::has_word(Expr::col((Entity, Column::Regions)).cast_as("text"), region)
}
