//! One viewer, one title or channel, one device.

use kernel::{AccountId, Instant, PlaybackSessionId};
use sea_orm::{Select, entity::prelude::*};

/// A playback session.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "playback_sessions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who pays.
    pub account_id: Uuid,
    /// Who watches.
    pub profile_id: Uuid,
    /// Title or channel.
    pub content_id: Uuid,
    /// It is a channel.
    pub is_channel: bool,
    /// The programme of the channel that is watched from its start; absent: the channel as it goes on.
    pub programme_id: Option<Uuid>,
    /// The app's id of the device.
    #[sea_orm(column_type = "Text")]
    pub device_id: String,
    /// The app's name of the device.
    #[sea_orm(column_type = "Text")]
    pub device_name: String,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
    /// Where playback was to begin.
    pub resume_ms: i64,
    /// Where playback stands, by the latest report.
    pub position_ms: i64,
    /// When the latest report was made, by the player's clock.
    pub last_at: Instant,
    /// When it was granted.
    pub started_at: Instant,
    /// When the last report came: the slot is a lease.
    pub renewed_at: Instant,
    /// When its manifests end.
    pub expires_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn session(&self) -> PlaybackSessionId {
        PlaybackSessionId(self.id)
    }
}

impl Entity {
    /// Sessions of `account` that were not ended.
    pub fn live(account: AccountId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::EndedAt.is_null())
    }

    /// Sessions without a report since `before` that were not ended.
    pub fn silent(before: Instant) -> Select<Self> {
        Self::find()
            .filter(Column::EndedAt.is_null())
            .filter(Column::RenewedAt.lt(before))
    }
}
