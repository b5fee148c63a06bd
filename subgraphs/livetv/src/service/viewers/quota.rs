//! How much an account may record, counted from its recordings: what is deleted, cancelled or expired is free at once.

use std::collections::HashMap;

use database::Tx;
use kernel::AccountId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::LiveTv;
use crate::{
    Error,
    entities::{
        recording::{self, Status},
        recording_account,
    },
};

/// What an account records and may record, in seconds.
#[expect(clippy::struct_field_names, reason = "the unit is in the name of each number")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quota {
    /// What it may.
    pub allowed_seconds: i64,
    /// What is recorded, or being recorded.
    pub used_seconds: i64,
    /// What will be.
    pub scheduled_seconds: i64,
}

impl Quota {
    /// Whether `seconds` more may be recorded.
    pub fn has_room(&self, seconds: i32) -> bool {
        self.used_seconds + self.scheduled_seconds + i64::from(seconds) <= self.allowed_seconds
    }

    /// Takes `seconds` for what is to be recorded.
    pub fn take(&mut self, seconds: i32) {
        self.scheduled_seconds += i64::from(seconds);
    }
}

impl LiveTv {
    /// What `account` records and may record.
    pub async fn quota(&self, account: AccountId) -> Result<Quota, Error> {
        let mut counted = self.count_quotas(self.database.reader(), &[account.0]).await?;
        Ok(counted.remove(&account.0).unwrap_or_default())
    }

    /// The quotas of `accounts`; whoever decides by them holds [`lock`].
    pub(super) async fn count_quotas(
        &self,
        connection: &impl ConnectionTrait,
        accounts: &[Uuid],
    ) -> Result<HashMap<Uuid, Quota>, DbErr> {
        use recording::Column;
        let none = Quota {
            allowed_seconds: i64::from(self.settings.recording_quota_hours) * 3600,
            ..Quota::default()
        };
        let mut quotas: HashMap<Uuid, Quota> = accounts.iter().map(|account| (*account, none)).collect();
        let sums: Vec<(Uuid, Status, i64)> = recording::Entity::counted(accounts)
            .select_only()
            .column(Column::AccountId)
            .column(Column::Status)
            .column_as(Column::Seconds.sum(), "seconds")
            .filter(Column::Status.is_in(Status::LIVE))
            .group_by(Column::AccountId)
            .group_by(Column::Status)
            .limit(3 * accounts.len() as u64)
            .into_tuple()
            .all(connection)
            .await?;
        for (account, status, seconds) in sums {
            let Some(quota) = quotas.get_mut(&account) else {
                continue;
            };
            if status == Status::Scheduled {
                quota.scheduled_seconds += seconds;
            } else {
                quota.used_seconds += seconds;
            }
        }
        Ok(quotas)
    }
}

/// Makes this transaction the only one that counts and adds recordings of these accounts.
pub(super) async fn lock(tx: &Tx, accounts: &[Uuid]) -> Result<(), DbErr> {
    // In one order, so that two of them never wait for each other.
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    let rows = accounts.into_iter().map(|account| recording_account::ActiveModel {
        account_id: Set(account),
        counted_at: Set(tx.now()),
    });
    let count = OnConflict::column(recording_account::Column::AccountId)
        .update_column(recording_account::Column::CountedAt)
        .to_owned();
    recording_account::Entity::insert_many(rows)
        .on_conflict(count)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets the row that `account` was counted under.
pub(super) async fn forget(tx: &Tx, account: AccountId) -> Result<(), DbErr> {
    recording_account::Entity::delete_by_id(account.0).exec(tx).await?;
    Ok(())
}
