//! Recordings and reminders follow the guide: from the same log as subscribers, wherever an import ran. What is done is
//! read from the present guide, so that doing it twice is doing it once.

use std::collections::{HashMap, HashSet};

use kernel::Instant;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    LiveTv, episode_key, matches, recordings, reminders,
    targets::{Changed, Followed, find_targets, taken},
};
use crate::{
    Error,
    domain::series::Showing,
    entities::{
        guide_change, guide_follower, guide_log, programme,
        recording::{self, Reason, Status},
        reminder, series_rule,
    },
};

/// Changes, and rows that follow them, of one transaction.
const PAGE: u64 = 500;

impl LiveTv {
    /// Follows what the guide changed since the last time.
    pub async fn follow_guide(&self) -> Result<(), Error> {
        loop {
            let end = guide_log::Entity::find_by_id(guide_log::ONLY)
                .one(self.database.reader())
                .await?
                .map_or(0, |log| log.cursor);
            let row = guide_follower::Entity::find_by_id(guide_follower::ONLY);
            let begin = row.one(self.database.reader()).await?.map_or(0, |row| row.cursor);
            if begin >= end {
                return Ok(());
            }
            if !self.has_followers().await? {
                return self.note_followed(end).await;
            }
            let rows = guide_change::Entity::find()
                .filter(guide_change::Column::Cursor.gt(begin))
                .filter(guide_change::Column::Cursor.lte(end))
                .order_by_asc(guide_change::Column::Cursor)
                .limit(PAGE)
                .all(self.database.reader())
                .await?;
            let last = rows.last().filter(|_| rows.len() as u64 == PAGE);
            let reached = last.map_or(end, |row| row.cursor);
            self.follow(&changed(&rows)).await?;
            self.note_followed(reached).await?;
        }
    }

    /// Whether anything could follow: most imports find nothing.
    async fn has_followers(&self) -> Result<bool, Error> {
        let database = self.database.reader();
        Ok(recording::Entity::anybody().one(database).await?.is_some()
            || reminder::Entity::anybody().one(database).await?.is_some()
            || series_rule::Entity::anybody().one(database).await?.is_some())
    }

    async fn note_followed(&self, reached: i64) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        let row = guide_follower::ActiveModel {
            id: Set(guide_follower::ONLY),
            cursor: Set(reached),
        };
        let further = OnConflict::column(guide_follower::Column::Id)
            .update_column(guide_follower::Column::Cursor)
            .action_and_where(Expr::col((guide_follower::Entity, guide_follower::Column::Cursor)).lt(reached))
            .to_owned();
        guide_follower::Entity::insert(row)
            .on_conflict(further)
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn follow(&self, changed: &Changed) -> Result<(), Error> {
        let mut after = None;
        while let Some(last) = self.follow_with_recordings(changed, after).await? {
            after = Some(last);
        }
        let mut after = None;
        while let Some(last) = self.follow_with_reminders(changed, after).await? {
            after = Some(last);
        }
        // Last: what the recordings lost may be found again.
        self.match_changed(&changed.ids).await?;
        self.match_unmatched().await
    }

    /// One page of recordings; returns the last one when there may be more.
    async fn follow_with_recordings(&self, changed: &Changed, after: Option<Uuid>) -> Result<Option<Uuid>, Error> {
        let tx = self.database.begin().await?;
        let rows = recording::Entity::following(&changed.ids, after, PAGE).all(&tx).await?;
        let last = rows.last().map(|row| row.id).filter(|_| rows.len() as u64 == PAGE);
        let followed: Vec<Followed<'_>> = rows.iter().map(followed_by_recording).collect();
        let targets = find_targets(&tx, changed, &followed).await?;
        // A complete one was recorded as it was.
        let stays =
            |row: &recording::Model| row.status == Status::Recorded && targets.replaced.contains(&row.programme_id);
        let goes = |row: &&recording::Model| !stays(row) && targets.moves(row.programme_id);
        let (ids, places) = leaving(
            rows.iter()
                .filter(goes)
                .map(|row| (row.id, row.profile_id, row.programme_id)),
        );
        recording::Entity::vacate(&ids).exec(&tx).await?;
        let mut taken = taken(&tx, recording::Entity::taken_by, &places, &targets).await?;
        let unwanted = matches::unwanted(&tx, &rows, &targets).await?;
        let now = tx.now();
        let mut written = Vec::new();
        for mut row in rows {
            if stays(&row) {
                continue;
            }
            let is_changed = match targets.of(row.programme_id) {
                Some((programme, true)) if !taken.insert((row.profile_id, programme.id)) => {
                    row.programme_id = row.id;
                    end(&mut row, Reason::Duplicate, now)
                }
                Some((_, false)) if unwanted.contains(&row.id) => {
                    row.programme_id = row.id;
                    end(&mut row, Reason::ProgrammeRemoved, now)
                }
                Some((programme, _)) => self.follow_programme(&mut row, programme, now),
                None => end(&mut row, Reason::ProgrammeRemoved, now),
            };
            if is_changed {
                written.push(row);
            }
        }
        recordings::write(&tx, &written).await?;
        let lost: Vec<recording::Model> = written.into_iter().filter(|row| !row.status.is_live()).collect();
        matches::give_back(&tx, &lost, now).await?;
        tx.commit().await?;
        Ok(last)
    }

    /// One page of reminders; returns the last one when there may be more.
    async fn follow_with_reminders(&self, changed: &Changed, after: Option<Uuid>) -> Result<Option<Uuid>, Error> {
        let tx = self.database.begin().await?;
        let rows = reminder::Entity::following(&changed.ids, after, PAGE).all(&tx).await?;
        let last = rows.last().map(|row| row.id).filter(|_| rows.len() as u64 == PAGE);
        let followed: Vec<Followed<'_>> = rows.iter().map(followed_by_reminder).collect();
        let targets = find_targets(&tx, changed, &followed).await?;
        let goes = |row: &&reminder::Model| targets.moves(row.programme_id);
        let (ids, places) = leaving(
            rows.iter()
                .filter(goes)
                .map(|row| (row.id, row.profile_id, row.programme_id)),
        );
        reminder::Entity::vacate(&ids).exec(&tx).await?;
        let mut taken = taken(&tx, reminder::Entity::kept_by, &places, &targets).await?;
        let now = tx.now();
        let mut written = Vec::new();
        for mut row in rows {
            let target = match targets.of(row.programme_id) {
                Some((programme, true)) if !taken.insert((row.profile_id, programme.id)) => {
                    row.programme_id = row.id;
                    None
                }
                target => target.map(|(programme, _)| programme),
            };
            if follow_reminder(&mut row, target, now) {
                written.push(row);
            }
        }
        reminders::write(&tx, &written).await?;
        tx.commit().await?;
        Ok(last)
    }
}

/// Rows that go to another programme, `(id, profile, programme)`: their ids, and the places that they leave.
fn leaving(rows: impl Iterator<Item = (Uuid, Uuid, Uuid)>) -> (Vec<Uuid>, HashSet<(Uuid, Uuid)>) {
    rows.map(|(id, profile, programme)| (id, (profile, programme))).unzip()
}

fn changed(rows: &[guide_change::Model]) -> Changed {
    let mut imports: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for row in rows {
        imports.entry(row.programme_id).or_default().insert(row.import_id);
    }
    Changed {
        ids: imports.keys().copied().collect(),
        imports,
    }
}

fn followed_by_recording(row: &recording::Model) -> Followed<'_> {
    Followed {
        programme: row.programme_id,
        channel: row.channel_id,
        showing: Showing {
            title: &row.title,
            episode_key: row.episode_key.as_deref(),
            starts_at: row.starts_at,
        },
    }
}

fn followed_by_reminder(row: &reminder::Model) -> Followed<'_> {
    Followed {
        programme: row.programme_id,
        channel: row.channel_id,
        showing: Showing {
            title: &row.title,
            episode_key: row.episode_key.as_deref(),
            starts_at: row.starts_at,
        },
    }
}

/// Ends a recording whose programme is gone; a complete one stays.
fn end(row: &mut recording::Model, reason: Reason, now: Instant) -> bool {
    row.status = match row.status {
        Status::Recorded => return false,
        Status::Recording => Status::Failed,
        _ => Status::Cancelled,
    };
    row.reason = Some(reason);
    row.changed_at = now;
    true
}

/// Makes a reminder what its programme says; without one it is dropped, and the profile is told.
fn follow_reminder(row: &mut reminder::Model, programme: Option<&programme::Model>, now: Instant) -> bool {
    let before = row.clone();
    if let Some(programme) = programme {
        row.programme_id = programme.id;
        row.channel_id = programme.channel_id;
        row.title.clone_from(&programme.title);
        row.episode_key = episode_key(programme);
        if row.starts_at != programme.starts_at {
            row.starts_at = programme.starts_at;
            row.due_at = reminders::due_at(row.starts_at, row.minutes_before, now);
        }
    } else {
        row.dropped = true;
        row.due_at = now;
    }
    *row != before
}
