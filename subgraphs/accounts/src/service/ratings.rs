//! What profiles think of titles.

use std::collections::HashMap;

use kernel::{AccountId, ProfileId, TitleId};
use schema::events::accounts::VideoRated;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{Accounts, Outcome, TitleNotFound, find_title, hold_profile};
use crate::{Error, entities::rating};

/// What all profiles together think of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct RatingSummary {
    /// Which title.
    pub title_id: Uuid,
    /// How many rated it.
    pub count: i64,
    /// Sum of their ratings.
    pub total: i64,
}

impl RatingSummary {
    /// Mean rating, 1 to 5, to two places.
    #[expect(clippy::cast_precision_loss, reason = "a sum of ratings stays far below 2^53")]
    pub fn average(&self) -> f64 {
        (self.total as f64 * 100.0 / self.count.max(1) as f64).round() / 100.0
    }
}

impl Accounts {
    /// Rates a title from 1 to 5, in place of an earlier rating by the same profile.
    pub async fn rate(
        &self,
        account: AccountId,
        profile: ProfileId,
        title: TitleId,
        (rating, comment): (i32, Option<String>),
    ) -> Outcome<rating::Model, TitleNotFound> {
        let tx = self.0.database.begin().await?;
        let profile = hold_profile(&tx, account, profile).await?.profile();
        if find_title(&tx, title).await?.is_none() {
            return Ok(Err(TitleNotFound));
        }
        let rated = rating::Model {
            profile_id: profile.0,
            title_id: title.0,
            rating,
            is_review: comment.is_some(),
            comment,
            rated_at: self.0.clock.now(),
        };
        let replace = OnConflict::columns([rating::Column::ProfileId, rating::Column::TitleId])
            .update_columns([
                rating::Column::Rating,
                rating::Column::Comment,
                rating::Column::IsReview,
                rating::Column::RatedAt,
            ])
            .to_owned();
        let row = rated.clone().into_active_model();
        rating::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&tx)
            .await?;
        tx.raise(&VideoRated {
            profile,
            title,
            rating,
            rated_at: rated.rated_at,
        })
        .await?;
        tx.commit().await?;
        Ok(Ok(rated))
    }

    /// What everybody thinks of `titles`, in one statement.
    pub async fn rating_summaries(&self, titles: &[Uuid]) -> Result<HashMap<Uuid, RatingSummary>, Error> {
        let found = rating::Entity::find()
            .select_only()
            .column(rating::Column::TitleId)
            .column_as(rating::Column::Rating.count(), "count")
            .column_as(rating::Column::Rating.sum(), "total")
            .filter(rating::Column::TitleId.is_in(titles.iter().copied()))
            .group_by(rating::Column::TitleId)
            .into_model::<RatingSummary>()
            .all(self.0.database.reader())
            .await?;
        Ok(found.into_iter().map(|summary| (summary.title_id, summary)).collect())
    }
}
