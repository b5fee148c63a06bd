//! What profiles thought of titles.

use kernel::{Instant, ProfileId};
use sea_orm::{Condition, QueryOrder, QuerySelect, Select, entity::prelude::*};

/// A rating.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ratings")]
pub struct Model {
    /// By whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// Which title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// 1 to 5.
    pub rating: i32,
    /// When: the latest wins.
    pub rated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What `profiles` rated, newest first, at most `limit`.
    pub fn latest(profiles: &[ProfileId], limit: u64) -> Select<Self> {
        let ids = profiles.iter().map(|profile| profile.0);
        Self::find()
            .filter(Column::ProfileId.is_in(ids))
            .order_by_desc(Column::RatedAt)
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
