//! Where a profile stands in a title: history and continue-watching are its lists.

use kernel::{Instant, ProfileId};
use sea_orm::{Select, entity::prelude::*};

/// Where one profile stands in one title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resume_points")]
pub struct Model {
    /// Who watches.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// Where playback stands.
    pub position_ms: i64,
    /// Of how much, when known.
    pub duration_ms: Option<i64>,
    /// Watched to the end.
    pub finished: bool,
    /// When last.
    pub watched_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Everything `profile` watched; every list of this table starts here.
    pub fn of(profile: ProfileId) -> Select<Self> {
        Self::find().filter(Column::ProfileId.eq(profile.0))
    }

    /// What `profile` began and did not finish.
    pub fn unfinished(profile: ProfileId) -> Select<Self> {
        Self::of(profile).filter(Column::Finished.eq(false))
    }
}
