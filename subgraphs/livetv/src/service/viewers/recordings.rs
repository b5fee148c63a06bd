//! Recordings: scheduled against the quota, cancelled, deleted, listed.

use std::collections::HashMap;

use chrono::TimeDelta;
use database::Tx;
use kernel::{Instant, Page, PageRequest, ProgrammeId};
use schema::events::livetv::{RecordingChanged, RecordingFacts, RecordingId, RecordingStatus};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Iterable, Order, PaginatorTrait, QueryFilter, QuerySelect,
    Select, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{LiveTv, Owner, Quota, episode_key, quota};
use crate::{
    Error,
    domain::recording::{Padding, Span},
    entities::{
        channel, programme,
        recording::{self, Column, Reason, Status},
        series_rule,
    },
    service::ROWS_AT_ONCE,
};

/// Recordings of one event, as its type promises.
const FACTS_AT_ONCE: usize = 500;

/// A recording that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The recording.
    pub recording: recording::Model,
    /// It was there before.
    pub was_there: bool,
}

/// Why a recording is not made, or not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such programme, or no such recording of the profile.
    #[error("this does not exist")]
    NotFound,
    /// The programme is over and no longer kept.
    #[error("this programme is over, and it is no longer kept")]
    ProgrammeOver,
    /// The account's quota is used up.
    #[error("there is no room for another {needed_seconds} seconds")]
    OverQuota {
        /// The quota.
        quota: Quota,
        /// What the recording would take.
        needed_seconds: i32,
    },
    /// It is complete: it can be deleted.
    #[error("this recording is complete: it can be deleted, not cancelled")]
    AlreadyRecorded,
}

/// Which recordings a list has.
#[derive(Debug, Clone, Default)]
pub struct RecordingFilter {
    /// Those of these statuses; all when empty.
    pub statuses: Vec<Status>,
    /// Those that this rule scheduled.
    pub rule: Option<Uuid>,
}

impl LiveTv {
    /// Records `programme` for a profile. A second time answers the first recording; one that was cancelled is made again.
    pub async fn schedule_recording(
        &self,
        owner: Owner,
        programme: ProgrammeId,
        padding: Padding,
    ) -> Result<Result<Scheduled, Refused>, Error> {
        let tx = self.database.begin().await?;
        // No import may move it meanwhile: the recording would not follow.
        let found = programme::Entity::find_by_id(programme.0)
            .lock_shared()
            .one(&tx)
            .await?;
        let Some(programme) = found else {
            return Ok(Err(Refused::NotFound));
        };
        quota::lock(&tx, &[owner.account.0]).await?;
        let known = owner.recordings().filter(Column::ProgrammeId.eq(programme.id));
        let known = known.one(&tx).await?;
        if let Some(recording) = known.clone().filter(|known| known.status.is_live()) {
            let was_there = true;
            return Ok(Ok(Scheduled { recording, was_there }));
        }
        let now = tx.now();
        if programme.ends_at <= now && !is_kept(&tx, &programme, now).await? {
            return Ok(Err(Refused::ProgrammeOver));
        }
        let id = known.map_or_else(|| tx.next_id(), |known| known.id);
        let recording = self.draft_recording(id, owner, &programme, padding, now);
        let quotas = self.count_quotas(&tx, &[owner.account.0]).await?;
        let quota = quotas.get(&owner.account.0).copied().unwrap_or_default();
        if !quota.has_room(recording.seconds) {
            let needed_seconds = recording.seconds;
            return Ok(Err(Refused::OverQuota { quota, needed_seconds }));
        }
        write(&tx, std::slice::from_ref(&recording)).await?;
        tx.commit().await?;
        tracing::info!(recording.id = %recording.id, "recording scheduled");
        let was_there = false;
        Ok(Ok(Scheduled { recording, was_there }))
    }

    /// The row of a new recording.
    pub(super) fn draft_recording(
        &self,
        id: Uuid,
        owner: Owner,
        programme: &programme::Model,
        padding: Padding,
        now: Instant,
    ) -> recording::Model {
        let mut row = recording::Model {
            id,
            account_id: owner.account.0,
            profile_id: owner.profile.0,
            programme_id: programme.id,
            channel_id: programme.channel_id,
            rule_id: None,
            title: String::new(),
            subtitle: None,
            season: None,
            episode: None,
            episode_key: None,
            starts_at: now,
            ends_at: now,
            padding_before_minutes: padding.before_minutes,
            padding_after_minutes: padding.after_minutes,
            records_from: now,
            records_to: now,
            seconds: 0,
            status: Status::Scheduled,
            reason: None,
            expires_at: now,
            created_at: now,
            changed_at: now,
        };
        self.follow_programme(&mut row, programme, now);
        row
    }

    /// Makes a recording what its programme says at `now`; whether that changed anything.
    pub(super) fn follow_programme(
        &self,
        row: &mut recording::Model,
        programme: &programme::Model,
        now: Instant,
    ) -> bool {
        let before = row.clone();
        let span = Span::of(programme.starts_at, programme.ends_at, row.padding());
        row.programme_id = programme.id;
        row.channel_id = programme.channel_id;
        row.title.clone_from(&programme.title);
        row.subtitle.clone_from(&programme.subtitle);
        row.season = programme.season;
        row.episode = programme.episode;
        row.episode_key = episode_key(programme);
        row.starts_at = programme.starts_at;
        row.ends_at = programme.ends_at;
        row.records_from = span.from;
        row.records_to = span.to;
        row.seconds = span.seconds();
        row.status = span.phase(now).into();
        row.expires_at = span.to + TimeDelta::days(self.settings.recording_days.into());
        let is_changed = *row != before;
        if is_changed {
            row.changed_at = now;
        }
        is_changed
    }

    /// Takes a recording back before it is complete. A cancelled one stays cancelled.
    pub async fn cancel_recording(
        &self,
        owner: Owner,
        id: RecordingId,
    ) -> Result<Result<recording::Model, Refused>, Error> {
        let tx = self.database.begin().await?;
        let found = owner.recordings().filter(Column::Id.eq(id.0)).lock_exclusive();
        let Some(mut row) = found.one(&tx).await? else {
            return Ok(Err(Refused::NotFound));
        };
        match row.status {
            Status::Recorded => return Ok(Err(Refused::AlreadyRecorded)),
            Status::Failed | Status::Cancelled => return Ok(Ok(row)),
            Status::Scheduled | Status::Recording => {}
        }
        row.status = Status::Cancelled;
        row.reason = Some(Reason::ByViewer);
        row.changed_at = tx.now();
        write(&tx, std::slice::from_ref(&row)).await?;
        series_rule::Entity::note_room(owner.account, tx.now())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Deletes a recording, complete or not; its seconds are free at once.
    pub async fn delete_recording(&self, owner: Owner, id: RecordingId) -> Result<Result<RecordingId, Refused>, Error> {
        let tx = self.database.begin().await?;
        let found = owner.recordings().filter(Column::Id.eq(id.0)).lock_exclusive();
        let Some(row) = found.one(&tx).await? else {
            return Ok(Err(Refused::NotFound));
        };
        delete(&tx, &[row]).await?;
        series_rule::Entity::note_room(owner.account, tx.now())
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(Ok(id))
    }

    /// A page of a profile's recordings, latest start first.
    pub async fn list_recordings(
        &self,
        owner: Owner,
        filter: &RecordingFilter,
        request: &PageRequest,
    ) -> Result<Page<recording::Model>, Error> {
        let order = [(Column::StartsAt, Order::Desc), (Column::Id, Order::Desc)];
        database::page(
            self.database.reader(),
            filtered(owner, filter),
            &order,
            request,
            |row| (row.starts_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many recordings the list has.
    pub async fn count_recordings(&self, owner: Owner, filter: &RecordingFilter) -> Result<u64, Error> {
        Ok(filtered(owner, filter).count(self.database.reader()).await?)
    }

    /// A profile's recording.
    pub async fn find_recording(&self, owner: Owner, id: RecordingId) -> Result<Option<recording::Model>, Error> {
        let own = owner.recordings().filter(Column::Id.eq(id.0));
        Ok(own.one(self.database.reader()).await?)
    }

    /// A profile's recordings of `programmes`.
    pub async fn recordings_of(
        &self,
        owner: Owner,
        programmes: &[Uuid],
    ) -> Result<HashMap<Uuid, recording::Model>, Error> {
        let rows = owner
            .recordings()
            .filter(Column::ProgrammeId.is_in(programmes.iter().copied()))
            .limit(programmes.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.programme_id, row)).collect())
    }
}

/// Whether the channel's archive has a programme that is over.
async fn is_kept(tx: &Tx, programme: &programme::Model, now: Instant) -> Result<bool, DbErr> {
    let channel = channel::Entity::find_by_id(programme.channel_id).one(tx).await?;
    let hours = channel.and_then(|channel| channel.catch_up_hours).unwrap_or(0);
    Ok(programme.ends_at + TimeDelta::hours(hours.into()) > now)
}

fn filtered(owner: Owner, filter: &RecordingFilter) -> Select<recording::Entity> {
    let mut select = owner.recordings();
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().copied()));
    }
    if let Some(rule) = filter.rule {
        select = select.filter(Column::RuleId.eq(rule));
    }
    select
}

/// Writes new or changed recordings, and tells of them.
pub(super) async fn write(tx: &Tx, rows: &[recording::Model]) -> Result<(), DbErr> {
    let is_written = |column: &Column| {
        !matches!(
            column,
            Column::Id | Column::AccountId | Column::ProfileId | Column::CreatedAt
        )
    };
    let overwrite = OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(is_written))
        .to_owned();
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        recording::Entity::insert_many(rows)
            .on_conflict(overwrite.clone())
            .exec_without_returning(tx)
            .await?;
    }
    tell(tx, rows, None).await
}

/// Deletes recordings that were read in this transaction, and tells of them.
pub(super) async fn delete(tx: &Tx, rows: &[recording::Model]) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    recording::Entity::forget(&ids).exec(tx).await?;
    tell(tx, rows, Some(RecordingStatus::Deleted)).await
}

async fn tell(tx: &Tx, rows: &[recording::Model], status: Option<RecordingStatus>) -> Result<(), DbErr> {
    for chunk in rows.chunks(FACTS_AT_ONCE) {
        let facts = chunk.iter().map(|row| RecordingFacts {
            recording: row.recording(),
            account: row.account(),
            profile: row.profile(),
            programme: row.programme(),
            channel: row.channel(),
            status: status.unwrap_or(match row.status {
                Status::Scheduled => RecordingStatus::Scheduled,
                Status::Recording => RecordingStatus::Recording,
                Status::Recorded => RecordingStatus::Recorded,
                Status::Failed => RecordingStatus::Failed,
                Status::Cancelled => RecordingStatus::Cancelled,
            }),
            records_from: row.records_from,
            records_to: row.records_to,
            expires_at: row.expires_at,
        });
        let batch = tx.next_id();
        let recordings = facts.collect();
        tx.raise(&RecordingChanged { batch, recordings }).await?;
    }
    Ok(())
}
