//! What playback sessions of titles prove so far.

use kernel::Instant;
use sea_orm::entity::prelude::*;

use crate::domain::Watch;

/// A playback session of a title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watches")]
pub struct Model {
    /// The playback session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Who watches.
    pub profile_id: Uuid,
    /// What.
    pub title_id: Uuid,
    /// The first report.
    pub first_at: Instant,
    /// The last report.
    pub last_at: Instant,
    /// The lowest position.
    pub lowest_ms: i64,
    /// The highest position.
    pub highest_ms: i64,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
    /// When it was told that the title was watched.
    pub watched_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What its reports prove.
    pub fn watch(&self) -> Watch {
        Watch {
            first_at: self.first_at,
            last_at: self.last_at,
            lowest_ms: self.lowest_ms,
            highest_ms: self.highest_ms,
            duration_ms: self.duration_ms,
        }
    }
}
