//! What can be found, in the order in which the index is to learn of it.

use kernel::Instant;
use sea_orm::{QueryOrder, QuerySelect, Select, entity::prelude::*};

/// A document, or the trace of one that was removed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "documents")]
pub struct Model {
    /// Id of the title, channel, programme or person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Its owner's version: an older one is passed over.
    pub version: i64,
    /// Grows with every change of any document: the index follows it.
    pub sequence: i64,
    /// It cannot be found any more.
    pub removed: bool,
    /// It cannot be found from here on.
    pub ends_at: Option<Instant>,
    /// The [`crate::domain::Document`] as JSON; empty when removed.
    #[sea_orm(column_type = "Text")]
    pub body: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Changes after `sequence`, oldest first, at most `limit`.
    pub fn after(sequence: i64, limit: u64) -> Select<Self> {
        Self::find()
            .filter(Column::Sequence.gt(sequence))
            .order_by_asc(Column::Sequence)
            .limit(limit)
    }

    /// Documents that ended by `now` and can still be found.
    pub fn ended(now: Instant, limit: u64) -> Select<Self> {
        let ended = Self::find()
            .filter(Column::EndsAt.lte(now))
            .filter(Column::Removed.eq(false));
        ended.order_by_asc(Column::EndsAt).limit(limit)
    }
}
