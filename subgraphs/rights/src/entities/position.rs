//! Where profiles stopped: a read model for `resumePositionSeconds`; the resume points themselves are accounts'.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// Where a profile stopped in a title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "positions")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// In which title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// Where.
    pub position_ms: i64,
    /// Watched to the end: the next playback begins anew.
    pub finished: bool,
    /// When; the latest wins.
    pub at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
