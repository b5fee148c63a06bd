//! How often something happened in a minute, an hour, a day.

use kernel::Instant;
use sea_orm::{QuerySelect, Select, entity::prelude::*};

use crate::domain::Span;

/// A count.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roll_ups")]
pub struct Model {
    /// What happened.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// In which span: the name of a [`Span`].
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub span: String,
    /// When it begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: Instant,
    /// How often.
    pub count: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Counts of `kinds` in the spans that begin in `[first, last]`, at most `limit`.
    pub fn between(kinds: &[&str], span: Span, (first, last): (Instant, Instant), limit: u64) -> Select<Self> {
        let found = Self::find()
            .filter(Column::Kind.is_in(kinds.iter().copied()))
            .filter(Column::Span.eq(span.name()));
        found
            .filter(Column::StartsAt.gte(first))
            .filter(Column::StartsAt.lte(last))
            .limit(limit)
    }
}
