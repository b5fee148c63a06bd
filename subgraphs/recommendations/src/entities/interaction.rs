//! Who watched what, how far, and when last.

use kernel::{Instant, ProfileId};
use sea_orm::{Condition, QueryOrder, QuerySelect, Select, entity::prelude::*};

/// A title that a profile watched.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interactions")]
pub struct Model {
    /// By whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// Which title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// How much of it, 0 to 1.
    pub share: f64,
    /// Where playback stands.
    pub position_ms: i64,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
    /// Watched to the end.
    pub finished: bool,
    /// When last: the latest wins.
    pub at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What `profiles` watched, newest first, at most `limit`.
    pub fn latest(profiles: &[ProfileId], limit: u64) -> Select<Self> {
        let ids = profiles.iter().map(|profile| profile.0);
        Self::find()
            .filter(Column::ProfileId.is_in(ids))
            .order_by_desc(Column::At)
            .limit(limit)
    }

    /// What `profile` began and did not finish, newest first, at most `limit`.
    pub fn to_resume(profile: ProfileId, limit: u64) -> Select<Self> {
        let begun = Self::find()
            .filter(Column::ProfileId.eq(profile.0))
            .filter(Column::Finished.eq(false));
        let begun = begun.filter(Column::PositionMs.gt(0));
        begun
            .order_by_desc(Column::At)
            .order_by_desc(Column::TitleId)
            .limit(limit)
    }

    /// Everything after `(profile, title)`, in this order, at most `limit`.
    pub fn after(key: Option<(Uuid, Uuid)>, limit: u64) -> Select<Self> {
        let all = Self::find()
            .order_by_asc(Column::ProfileId)
            .order_by_asc(Column::TitleId)
            .limit(limit);
        let Some((profile, title)) = key else { return all };
        let same = Condition::all()
            .add(Column::ProfileId.eq(profile))
            .add(Column::TitleId.gt(title));
        all.filter(Condition::any().add(Column::ProfileId.gt(profile)).add(same))
    }
}
