//! What profiles think of titles.

use kernel::{Instant, ProfileId, TitleId};
use sea_orm::{Select, entity::prelude::*};

/// What one profile thinks of one title.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ratings")]
pub struct Model {
    /// By whom.
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile_id: Uuid,
    /// Of which title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub title_id: Uuid,
    /// 1 to 5.
    pub rating: i32,
    /// In words.
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    /// It has a comment.
    pub is_review: bool,
    /// When.
    pub rated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Ratings by `profile`.
    pub fn by(profile: ProfileId) -> Select<Self> {
        Self::find().filter(Column::ProfileId.eq(profile.0))
    }

    /// Ratings of `title` in words.
    pub fn reviews_of(title: TitleId) -> Select<Self> {
        Self::find()
            .filter(Column::TitleId.eq(title.0))
            .filter(Column::IsReview.eq(true))
    }
}
