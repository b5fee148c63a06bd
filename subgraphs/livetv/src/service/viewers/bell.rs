//! Telling reminders when they are due: one clock for each process, and subscribers that wake for their own profile only.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::Stream;
use kernel::{Instant, ProfileId};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use super::{LiveTv, Owner};
use crate::{
    Error,
    entities::reminder::{self, Column},
};

/// The clock is looked at this often: it may be set, and timers are not exact.
const GLANCE: Duration = Duration::from_secs(1);
/// A reminder is committed a while after the instant it was written for, and other processes' clocks differ.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// Reminders that are read at once.
const PAGE: u64 = 500;
/// Reminders a slow subscriber may be behind before it reads them itself.
const BUFFER: usize = 16;
/// Most reminders that a new subscriber is told at once.
const MOST_DUE: u64 = 100;

/// A reminder that was told: which, and for when.
type Told = (Uuid, Instant);

/// Where subscribers of this process wait, by profile.
#[derive(Debug, Default)]
pub struct Bell(Mutex<HashMap<Uuid, broadcast::Sender<reminder::Model>>>);

impl Bell {
    fn join(&self, profile: ProfileId) -> broadcast::Receiver<reminder::Model> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let door = doors.entry(profile.0).or_insert_with(|| broadcast::channel(BUFFER).0);
        door.subscribe()
    }

    fn ring(&self, reminder: reminder::Model) {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(&reminder.profile_id) {
            // The last one may have left just now.
            let _heard_by = door.send(reminder).unwrap_or(0);
        }
    }

    /// Closes doors where nobody waits; whether any is open.
    fn is_heard(&self) -> bool {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.retain(|_, door| door.receiver_count() > 0);
        !doors.is_empty()
    }
}

impl LiveTv {
    /// Tells reminders when they are due. Never ends.
    ///
    /// Without subscribers nothing is read; with any number of them it is one statement a second.
    pub(in crate::service) async fn remind(&self) {
        let mut since = self.clock.now();
        let mut told: HashSet<Told> = HashSet::new();
        loop {
            tokio::time::sleep(GLANCE).await;
            let now = self.clock.now();
            if self.bell.is_heard() {
                let from = Ord::min(since, now) - OVERLAP;
                match self.ring_due(from, now, &mut told).await {
                    Ok(()) => since = now,
                    Err(error) => tracing::warn!(%error, "cannot read which reminders are due"),
                }
            } else {
                since = now;
            }
            told.retain(|(_, due_at)| *due_at > since - OVERLAP);
        }
    }

    async fn ring_due(&self, since: Instant, now: Instant, told: &mut HashSet<Told>) -> Result<(), Error> {
        let mut after = None;
        loop {
            let due = reminder::Entity::due(since, now, after)
                .limit(PAGE)
                .all(self.database.reader())
                .await?;
            let is_last = (due.len() as u64) < PAGE;
            after = due.last().map(|row| (row.due_at, row.id));
            for reminder in due {
                if told.insert((reminder.id, reminder.due_at)) {
                    self.bell.ring(reminder);
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Reminders of a profile: first those that are due already and whose programme has not begun, then each as it is due.
    /// One whose programme is gone is told at once.
    pub async fn watch_reminders(
        &self,
        owner: Owner,
    ) -> Result<impl Stream<Item = Result<reminder::Model, Error>> + use<>, Error> {
        // Before the first are read: what comes later is heard.
        let mut door = self.bell.join(owner.profile);
        let mut waiting = self.due_reminders(owner).await?;
        let livetv = self.clone();
        Ok(async_stream::stream! {
            let mut told: HashSet<Told> = HashSet::new();
            loop {
                for reminder in std::mem::take(&mut waiting) {
                    if told.insert((reminder.id, reminder.due_at)) {
                        yield Ok(reminder);
                    }
                }
                match door.recv().await {
                    Ok(reminder) => waiting.push(reminder),
                    Err(RecvError::Closed) => return,
                    // Too slow: what was missed is read.
                    Err(RecvError::Lagged(_)) => match livetv.due_reminders(owner).await {
                        Ok(due) => waiting = due,
                        Err(error) => {
                            yield Err(error);
                            return;
                        }
                    },
                }
                let now = livetv.clock.now();
                told.retain(|(_, due_at)| *due_at > now - TimeDelta::days(1));
            }
        })
    }

    async fn due_reminders(&self, owner: Owner) -> Result<Vec<reminder::Model>, Error> {
        let now = self.clock.now();
        let rows = owner
            .reminders()
            .filter(Column::StartsAt.gt(now))
            .filter(Column::DueAt.lte(now))
            .order_by_asc(Column::StartsAt)
            .order_by_asc(Column::Id)
            .limit(MOST_DUE)
            .all(self.database.reader())
            .await?;
        Ok(rows)
    }
}
