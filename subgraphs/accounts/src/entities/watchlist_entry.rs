//! Titles that a profile means to watch.

use kernel::{Instant, ProfileId};
use sea_orm::{Select, entity::prelude::*};

/// One title on one watchlist.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "watchlist_entries")]
pub struct Model {
    /// Whose list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// Which title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// When it was put there.
    pub added_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The watchlist of `profile`; every list of this table starts here.
    pub fn of(profile: ProfileId) -> Select<Self> {
        Self::find().filter(Column::ProfileId.eq(profile.0))
    }
}
