//! What profiles watched and rated, as accounts and analytics tell it.

use database::{Tx, is_first_delivery};
use kernel::{EventId, ProfileId};
use schema::events::{
    accounts::{HistoryUpdated, VideoRated},
    analytics::VideoWatched,
};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait, ExprTrait,
    sea_query::{Expr, OnConflict},
};

use super::Recommendations;
use crate::{
    entities::{interaction, profile, rating},
    error::Error,
};

/// Rows of one statement.
const ROWS: usize = 200;

impl Recommendations {
    /// A resume point moved; the latest wins.
    pub async fn apply_history(&self, event: EventId, moved: HistoryUpdated) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? && !is_gone(&tx, moved.profile).await? {
            let row = interaction::ActiveModel {
                profile_id: Set(moved.profile.0),
                title_id: Set(moved.title.0),
                share: Set(share(moved.position_ms, moved.duration_ms, moved.finished)),
                position_ms: Set(moved.position_ms),
                duration_ms: Set(moved.duration_ms),
                finished: Set(moved.finished),
                at: Set(moved.watched_at),
            };
            interaction::Entity::insert(row)
                .on_conflict(latest_wins())
                .exec_without_returning(&tx)
                .await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }

    /// A title was truly watched. Resume points say more, so this counts only where there is none.
    pub async fn apply_watched(&self, event: EventId, watched: VideoWatched) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? && !is_gone(&tx, watched.profile).await? {
            let row = interaction::ActiveModel {
                profile_id: Set(watched.profile.0),
                title_id: Set(watched.title.0),
                share: Set(watched.share.unwrap_or(0.5).clamp(0.0, 1.0)),
                position_ms: Set(0),
                duration_ms: Set(None),
                finished: Set(false),
                at: Set(watched.at),
            };
            let keys = [interaction::Column::ProfileId, interaction::Column::TitleId];
            let keep = OnConflict::columns(keys).do_nothing().to_owned();
            interaction::Entity::insert(row)
                .on_conflict(keep)
                .exec_without_returning(&tx)
                .await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }

    /// A title was rated; the latest wins.
    pub async fn apply_rating(&self, event: EventId, rated: VideoRated) -> Result<(), Error> {
        use rating::Column;
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? && !is_gone(&tx, rated.profile).await? {
            let row = rating::ActiveModel {
                profile_id: Set(rated.profile.0),
                title_id: Set(rated.title.0),
                rating: Set(rated.rating),
                rated_at: Set(rated.rated_at),
            };
            let known = Expr::col((rating::Entity, Column::RatedAt));
            let latest_wins = OnConflict::columns([Column::ProfileId, Column::TitleId])
                .update_columns([Column::Rating, Column::RatedAt])
                .action_and_where(known.lte(Expr::col(("excluded", Column::RatedAt))))
                .to_owned();
            rating::Entity::insert(row)
                .on_conflict(latest_wins)
                .exec_without_returning(&tx)
                .await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }

    /// Takes the history of the demo's viewers, all at once; does nothing when the first of them has any.
    pub async fn take_demo(
        &self,
        first: ProfileId,
        mut watched: Vec<interaction::ActiveModel>,
        mut rated: Vec<rating::ActiveModel>,
    ) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if interaction::Entity::latest(&[first], 1).one(&tx).await?.is_some() {
            return Ok(tx.commit().await?);
        }
        while !watched.is_empty() {
            let rows: Vec<_> = watched.drain(..watched.len().min(ROWS)).collect();
            interaction::Entity::insert_many(rows)
                .exec_without_returning(&tx)
                .await?;
        }
        while !rated.is_empty() {
            let rows: Vec<_> = rated.drain(..rated.len().min(ROWS)).collect();
            rating::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        tx.commit().await?;
        self.outdate();
        Ok(())
    }
}

/// Whether the profile was deleted: late news of it are not kept.
async fn is_gone(tx: &Tx, profile: ProfileId) -> Result<bool, Error> {
    let known = profile::Entity::find_by_id(profile.0).one(tx).await?;
    Ok(known.is_some_and(|row| row.deleted))
}

fn latest_wins() -> OnConflict {
    use interaction::Column;
    let columns = [
        Column::Share,
        Column::PositionMs,
        Column::DurationMs,
        Column::Finished,
        Column::At,
    ];
    OnConflict::columns([Column::ProfileId, Column::TitleId])
        .update_columns(columns)
        .action_and_where(Expr::col((interaction::Entity, Column::At)).lte(Expr::col(("excluded", Column::At))))
        .to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "positions are far below 2^52 milliseconds")]
fn share(position_ms: i64, duration_ms: Option<i64>, finished: bool) -> f64 {
    match duration_ms {
        _ if finished => 1.0,
        Some(duration) if duration > 0 => (position_ms as f64 / duration as f64).clamp(0.0, 1.0),
        _ => 0.5,
    }
}
