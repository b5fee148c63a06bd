//! Reminders: set, taken back, listed.

use std::collections::HashMap;

use chrono::TimeDelta;
use database::Tx;
use kernel::{Instant, Page, PageRequest, ProgrammeId};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, QuerySelect, Select,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{LiveTv, Owner, episode_key, quota};
use crate::{
    Error,
    entities::{
        programme,
        reminder::{self, Column},
    },
    service::ROWS_AT_ONCE,
};

/// Why a reminder is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReminded {
    /// There is no such programme, or no such reminder of the profile.
    #[error("this does not exist")]
    NotFound,
    /// The programme has begun.
    #[error("this programme has begun")]
    ProgrammeBegun,
    /// The profile has as many as it may.
    #[error("a profile has at most {0} reminders")]
    TooMany(u32),
}

impl LiveTv {
    /// Reminds a profile of `programme` so many minutes before; a second time changes the minutes.
    pub async fn set_reminder(
        &self,
        owner: Owner,
        programme: ProgrammeId,
        minutes_before: i32,
    ) -> Result<Result<reminder::Model, NotReminded>, Error> {
        let tx = self.database.begin().await?;
        // No import may move it meanwhile: the reminder would not follow.
        let found = programme::Entity::find_by_id(programme.0)
            .lock_shared()
            .one(&tx)
            .await?;
        let Some(programme) = found else {
            return Ok(Err(NotReminded::NotFound));
        };
        let now = tx.now();
        if programme.starts_at <= now {
            return Ok(Err(NotReminded::ProgrammeBegun));
        }
        quota::lock(&tx, &[owner.account.0]).await?;
        let known = owner.reminders().filter(Column::ProgrammeId.eq(programme.id));
        let known = known.one(&tx).await?;
        let most = self.settings.reminders_per_profile;
        if known.is_none() && waiting(owner, now).count(&tx).await? >= u64::from(most) {
            return Ok(Err(NotReminded::TooMany(most)));
        }
        let (id, created_at) = known.map_or_else(|| (tx.next_id(), now), |known| (known.id, known.created_at));
        let row = reminder::Model {
            id,
            account_id: owner.account.0,
            profile_id: owner.profile.0,
            programme_id: programme.id,
            channel_id: programme.channel_id,
            episode_key: episode_key(&programme),
            title: programme.title,
            starts_at: programme.starts_at,
            minutes_before,
            due_at: due_at(programme.starts_at, minutes_before, now),
            dropped: false,
            created_at,
        };
        write(&tx, std::slice::from_ref(&row)).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Takes back the reminder of `programme`.
    pub async fn remove_reminder(
        &self,
        owner: Owner,
        programme: ProgrammeId,
    ) -> Result<Result<ProgrammeId, NotReminded>, Error> {
        let tx = self.database.begin().await?;
        let own = reminder::Entity::forget_profile(owner.profile)
            .filter(Column::AccountId.eq(owner.account.0))
            .filter(Column::ProgrammeId.eq(programme.0));
        let removed = own.exec(&tx).await?.rows_affected;
        tx.commit().await?;
        Ok(if removed == 0 {
            Err(NotReminded::NotFound)
        } else {
            Ok(programme)
        })
    }

    /// A page of a profile's reminders of programmes that have not begun, next first.
    pub async fn list_reminders(&self, owner: Owner, request: &PageRequest) -> Result<Page<reminder::Model>, Error> {
        let order = [(Column::StartsAt, Order::Asc), (Column::Id, Order::Asc)];
        database::page(
            self.database.reader(),
            waiting(owner, self.clock.now()),
            &order,
            request,
            |row| (row.starts_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many reminders the list has.
    pub async fn count_reminders(&self, owner: Owner) -> Result<u64, Error> {
        let waiting = waiting(owner, self.clock.now());
        Ok(waiting.count(self.database.reader()).await?)
    }

    /// A profile's reminders of `programmes`.
    pub async fn reminders_of(
        &self,
        owner: Owner,
        programmes: &[Uuid],
    ) -> Result<HashMap<Uuid, reminder::Model>, Error> {
        let rows = owner
            .reminders()
            .filter(Column::ProgrammeId.is_in(programmes.iter().copied()))
            .filter(Column::Dropped.eq(false))
            .limit(programmes.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.programme_id, row)).collect())
    }
}

fn waiting(owner: Owner, now: Instant) -> Select<reminder::Entity> {
    owner
        .reminders()
        .filter(Column::StartsAt.gt(now))
        .filter(Column::Dropped.eq(false))
}

/// When a profile is told: at once, when that is past.
pub(super) fn due_at(starts_at: Instant, minutes_before: i32, now: Instant) -> Instant {
    Ord::max(starts_at - TimeDelta::minutes(minutes_before.into()), now)
}

/// Writes new or changed reminders.
pub(super) async fn write(tx: &Tx, rows: &[reminder::Model]) -> Result<(), DbErr> {
    let overwrite = OnConflict::column(Column::Id)
        .update_columns([
            Column::ProgrammeId,
            Column::ChannelId,
            Column::Title,
            Column::EpisodeKey,
            Column::StartsAt,
            Column::MinutesBefore,
            Column::DueAt,
            Column::Dropped,
        ])
        .to_owned();
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        reminder::Entity::insert_many(rows)
            .on_conflict(overwrite.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
