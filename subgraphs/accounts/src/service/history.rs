//! What a profile watched, and where it stands.

use database::{Tx, is_first_delivery};
use kernel::{AccountId, EventId, Instant, ProfileId, TitleId};
use schema::events::{accounts::HistoryUpdated, rights::Playback};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};

use super::{Accounts, Outcome, find_title, hold_profile};
use crate::{
    Error,
    domain::resume::{Place, merge},
    entities::{profile, progress_key, resume_point, title},
};

/// Where an app says that playback stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Who watches.
    pub profile: ProfileId,
    /// What.
    pub title: TitleId,
    /// Where playback stands.
    pub position_ms: i64,
    /// Of how much, when the app knows.
    pub duration_ms: Option<i64>,
    /// When it was watched; now when absent.
    pub watched_at: Option<Instant>,
    /// The app's key of this report: the same one again changes nothing.
    pub key: Option<String>,
}

/// Why progress is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressProblem {
    /// There is no such title.
    TitleNotFound,
    /// A series or a season is not played, its episodes are.
    NotPlayable,
}

impl Accounts {
    /// Records where an app says that playback stands.
    pub async fn record_progress(
        &self,
        account: AccountId,
        progress: Progress,
    ) -> Outcome<resume_point::Model, ProgressProblem> {
        let now = self.0.clock.now();
        let tx = self.0.database.begin().await?;
        let profile = hold_profile(&tx, account, progress.profile).await?.profile();
        let Some(title) = find_title(&tx, progress.title).await? else {
            return Ok(Err(ProgressProblem::TitleNotFound));
        };
        if matches!(title.kind.as_str(), "SERIES" | "SEASON") {
            return Ok(Err(ProgressProblem::NotPlayable));
        }
        if let Some(key) = progress.key
            && !is_new_key(&tx, profile, key, now).await?
            && let Some(point) = find_point(&tx, profile, progress.title).await?
        {
            return Ok(Ok(point));
        }
        // A device's clock may be ahead; nothing is watched in the future.
        let watched_at = progress.watched_at.unwrap_or(now).min(now);
        let duration_ms = progress.duration_ms.or_else(|| runtime_ms(&title));
        let place = Place::new(watched_at, progress.position_ms, duration_ms);
        let point = move_point(&tx, profile, progress.title, place).await?;
        tx.commit().await?;
        Ok(Ok(point))
    }

    /// Takes a playback event: whatever order they come in, the latest place stays.
    pub async fn take_playback(&self, event: EventId, playback: Playback) -> Result<(), Error> {
        // A session that stands at the beginning says nothing of where its viewer stood before: its first beacon will.
        if playback.is_channel || playback.position_ms <= 0 {
            return Ok(());
        }
        let tx = self.0.database.begin().await?;
        if !is_first_delivery(&tx, event).await? {
            return Ok(());
        }
        let (profile, title) = (playback.profile, TitleId(playback.content));
        let held = profile::Entity::one_owned_by(playback.account, profile)
            .lock_exclusive()
            .one(&tx)
            .await?;
        // A profile that was deleted while it watched leaves nothing behind.
        if held.is_some() {
            let duration_ms = match playback.duration_ms {
                Some(duration) => Some(duration),
                None => find_title(&tx, title).await?.as_ref().and_then(runtime_ms),
            };
            move_point(
                &tx,
                profile,
                title,
                Place::new(playback.at, playback.position_ms, duration_ms),
            )
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Forgets keys of progress that came before `before`.
    pub(super) async fn forget_progress_keys(&self, before: Instant) -> Result<(), Error> {
        let old = progress_key::Entity::delete_many().filter(progress_key::Column::RecordedAt.lt(before));
        old.exec(self.0.database.writer()).await?;
        Ok(())
    }
}

/// Merges `place` into what is kept and tells when that moved. The profile is held.
async fn move_point(tx: &Tx, profile: ProfileId, title: TitleId, place: Place) -> Result<resume_point::Model, Error> {
    let kept = find_point(tx, profile, title).await?;
    let before = kept.as_ref().map(|kept| Place {
        watched_at: kept.watched_at,
        position_ms: kept.position_ms,
        duration_ms: kept.duration_ms,
    });
    let after = merge(before, place);
    if let Some(kept) = kept
        && before == Some(after)
    {
        return Ok(kept);
    }
    let next = resume_point::Model {
        profile_id: profile.0,
        title_id: title.0,
        position_ms: after.position_ms,
        duration_ms: after.duration_ms,
        finished: after.is_finished(),
        watched_at: after.watched_at,
    };
    let row = next.clone().into_active_model();
    if before.is_some() {
        row.reset_all().update(tx).await?;
    } else {
        resume_point::Entity::insert(row).exec_without_returning(tx).await?;
    }
    tx.raise(&HistoryUpdated {
        profile,
        title,
        position_ms: next.position_ms,
        duration_ms: next.duration_ms,
        finished: next.finished,
        watched_at: next.watched_at,
    })
    .await?;
    Ok(next)
}

async fn find_point(tx: &Tx, profile: ProfileId, title: TitleId) -> Result<Option<resume_point::Model>, Error> {
    Ok(resume_point::Entity::find_by_id((profile.0, title.0)).one(tx).await?)
}

async fn is_new_key(tx: &Tx, profile: ProfileId, key: String, now: Instant) -> Result<bool, Error> {
    let row = progress_key::ActiveModel {
        profile_id: Set(profile.0),
        idempotency_key: Set(key),
        recorded_at: Set(now),
    };
    let columns = [progress_key::Column::ProfileId, progress_key::Column::IdempotencyKey];
    let inserted = progress_key::Entity::insert(row)
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

fn runtime_ms(title: &title::Model) -> Option<i64> {
    title.runtime_seconds.map(|seconds| i64::from(seconds) * 1000)
}
