//! What rights knows of programmes: a read model of live TV.

use kernel::Instant;
use sea_orm::{Select, entity::prelude::*};

/// No programme is longer.
const LONGEST: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// A showing on a channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programmes")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it.
    pub ends_at: Instant,
    /// Place in the log of guide changes.
    pub version: i64,
    /// It is gone.
    pub deleted: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What is on at `now` on `channels`.
    pub fn on_at(channels: &[Uuid], now: Instant) -> Select<Self> {
        Self::find()
            .filter(Column::ChannelId.is_in(channels.iter().copied()))
            .filter(Column::StartsAt.gt(now - LONGEST))
            .filter(Column::StartsAt.lte(now))
            .filter(Column::EndsAt.gt(now))
            .filter(Column::Deleted.eq(false))
    }
}
