//! What is forgotten. Counts stay: they are nobody's.

use chrono::TimeDelta;
use database::is_first_delivery;
use kernel::{AccountId, EventId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::Analytics;
use crate::{
    entities::{event, watch},
    error::Error,
};

/// Rows that one statement deletes: a long one would make writers wait.
const ROWS: u64 = 2000;
/// Statements of one run of the job.
const ROUNDS: usize = 50;
/// Reports of a session do not come later than this.
const LONGEST_SESSION: TimeDelta = TimeDelta::days(7);

impl Analytics {
    /// An account was closed: its events are deleted.
    pub async fn close_account(&self, event: EventId, account: AccountId) -> Result<(), Error> {
        let tx = self.0.db.begin().await?;
        if is_first_delivery(&tx, event).await? {
            event::Entity::delete_many()
                .filter(event::Column::AccountId.eq(account.0))
                .exec(&tx)
                .await?;
            watch::Entity::delete_many()
                .filter(watch::Column::AccountId.eq(account.0))
                .exec(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Deletes events older than the settings say, and sessions that are over.
    pub async fn forget_old(&self) -> Result<(), Error> {
        let now = self.0.clock.now();
        let oldest = now - TimeDelta::days(i64::from(self.0.settings.keep_events_days));
        for _ in 0..ROUNDS {
            let tx = self.0.db.begin().await?;
            let old = event::Entity::find().select_only().column(event::Column::Id);
            let old = old
                .filter(event::Column::ReceivedAt.lt(oldest))
                .order_by_asc(event::Column::ReceivedAt)
                .limit(ROWS);
            let events = event::Entity::delete_many().filter(event::Column::Id.in_subquery(old.into_query()));
            let events = events.exec(&tx).await?.rows_affected;
            let over = watch::Entity::find().select_only().column(watch::Column::SessionId);
            let over = over.filter(watch::Column::LastAt.lt(now - LONGEST_SESSION)).limit(ROWS);
            let sessions = watch::Entity::delete_many().filter(watch::Column::SessionId.in_subquery(over.into_query()));
            let sessions = sessions.exec(&tx).await?.rows_affected;
            tx.commit().await?;
            if events + sessions == 0 {
                break;
            }
        }
        self.forget_usage(now).await
    }
}
