//! What becomes of recordings and reminders as time passes.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use database::Tx;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{LiveTv, recordings};
use crate::{
    Error,
    domain::recording::Span,
    entities::{
        recording::{self, Column, Status},
        reminder, rule_match, series_rule,
    },
};

/// Recordings of one transaction.
const PAGE: u64 = 500;
/// More complete recordings than the rules of one transaction have.
const MOST_COMPLETE: u64 = 50_000;
/// Reminders are kept after their programme began.
const KEPT_REMINDERS: TimeDelta = TimeDelta::days(1);

impl LiveTv {
    /// Follows the guide, begins and ends recordings by the clock, and forgets those that expired.
    pub async fn turn_recordings(&self) -> Result<(), Error> {
        self.follow_guide().await?;
        self.match_unmatched().await?;
        for (status, column) in [
            (Status::Scheduled, Column::RecordsFrom),
            (Status::Recording, Column::RecordsTo),
        ] {
            while self.turn(status, column).await? {}
        }
        for status in [Status::Recorded, Status::Failed, Status::Cancelled] {
            while self.expire(status).await? {}
        }
        Ok(())
    }

    /// One page; whether there may be more.
    async fn turn(&self, status: Status, column: Column) -> Result<bool, Error> {
        let tx = self.database.begin().await?;
        let now = tx.now();
        let mut rows = recording::Entity::turning(status, column, now)
            .limit(PAGE)
            .all(&tx)
            .await?;
        for row in &mut rows {
            let span = Span {
                from: row.records_from,
                to: row.records_to,
            };
            row.status = span.phase(now).into();
            row.changed_at = now;
        }
        recordings::write(&tx, &rows).await?;
        keep_few(&tx, &rows).await?;
        tx.commit().await?;
        Ok(rows.len() as u64 == PAGE)
    }

    /// One page; whether there may be more.
    async fn expire(&self, status: Status) -> Result<bool, Error> {
        let tx = self.database.begin().await?;
        let rows = recording::Entity::turning(status, Column::ExpiresAt, tx.now())
            .limit(PAGE)
            .all(&tx)
            .await?;
        recordings::delete(&tx, &rows).await?;
        tx.commit().await?;
        Ok(rows.len() as u64 == PAGE)
    }

    /// Forgets reminders of what has begun, and what rules passed over.
    pub async fn forget_wishes(&self) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        let before = tx.now() - KEPT_REMINDERS;
        reminder::Entity::forget_before(before).exec(&tx).await?;
        rule_match::Entity::forget_before(before).exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Rules that keep so many complete recordings delete the oldest, now that these are complete.
async fn keep_few(tx: &Tx, turned: &[recording::Model]) -> Result<(), DbErr> {
    let complete = turned.iter().filter(|row| row.status == Status::Recorded);
    let rules: HashSet<Uuid> = complete.filter_map(|row| row.rule_id).collect();
    let rules: Vec<Uuid> = rules.into_iter().collect();
    if rules.is_empty() {
        return Ok(());
    }
    let rules = series_rule::Entity::one_of(&rules)
        .filter(series_rule::Column::Keep.is_not_null())
        .limit(PAGE)
        .all(tx)
        .await?;
    let mut left: HashMap<Uuid, i32> = rules
        .iter()
        .map(|rule| (rule.id, rule.keep.unwrap_or(i32::MAX)))
        .collect();
    let ids: Vec<Uuid> = left.keys().copied().collect();
    let complete = recording::Entity::complete_of_rules(&ids)
        .limit(MOST_COMPLETE)
        .lock_exclusive()
        .all(tx)
        .await?;
    let too_many = complete.into_iter().filter(|row| {
        let left = row.rule_id.and_then(|rule| left.get_mut(&rule));
        left.is_some_and(|left| {
            *left -= 1;
            *left < 0
        })
    });
    let too_many: Vec<recording::Model> = too_many.collect();
    recordings::delete(tx, &too_many).await
}
