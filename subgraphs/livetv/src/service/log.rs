//! Where the log of guide changes ends: in the database, and as this process has heard.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use database::{Database, Tx};
use futures_util::{FutureExt, StreamExt};
use kernel::Event;
use schema::events::livetv::{ChannelChanged, GuideChanged};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use super::LiveTv;
use crate::{Error, entities::guide_log};

/// Wait before listening again after the bus failed.
const PAUSE: Duration = Duration::from_secs(1);

/// What this process knows of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// Which log.
    pub epoch: Uuid,
    /// Place of the last change; the end of a commit.
    pub cursor: i64,
    /// Changes up to here were forgotten.
    pub purged_to: i64,
    /// Grows when channels may have changed.
    pub channels: u64,
}

/// The log as this process knows it.
pub(super) struct Log {
    heard: watch::Sender<Heard>,
    /// Readings that have begun under `turn`.
    begun: AtomicU64,
    turn: Mutex<()>,
}

impl Log {
    /// Reads where the log ends, which begins if there is none yet.
    pub(super) async fn open(database: &Database) -> Result<Self, Error> {
        let tx = database.begin().await?;
        let row = guide_log::ActiveModel {
            id: Set(guide_log::ONLY),
            epoch: Set(tx.next_id()),
            cursor: Set(0),
            purged_to: Set(0),
        };
        guide_log::Entity::insert(row)
            .on_conflict(OnConflict::column(guide_log::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
        let row = only_row(&tx).await?;
        tx.commit().await?;
        Ok(Self {
            heard: watch::Sender::new(Heard {
                epoch: row.epoch,
                cursor: row.cursor,
                purged_to: row.purged_to,
                channels: 0,
            }),
            begun: AtomicU64::new(0),
            turn: Mutex::new(()),
        })
    }

    /// What was heard last.
    pub(super) fn heard(&self) -> Heard {
        *self.heard.borrow()
    }

    /// Waits for what will be heard.
    pub(super) fn subscribe(&self) -> watch::Receiver<Heard> {
        self.heard.subscribe()
    }
}

async fn only_row(connection: &impl sea_orm::ConnectionTrait) -> Result<guide_log::Model, Error> {
    let row = guide_log::Entity::find_by_id(guide_log::ONLY).one(connection).await?;
    Ok(row.ok_or_else(|| sea_orm::DbErr::RecordNotFound("the row of guide_log".to_owned()))?)
}

/// Makes this transaction the only one that writes the guide, and takes `count` places of the log.
///
/// Returns the last place taken: cursors are committed in their order, so a reader never passes over one.
pub(super) async fn take_places(tx: &Tx, count: i64) -> Result<i64, Error> {
    guide_log::Entity::update_many()
        .col_expr(
            guide_log::Column::Cursor,
            Expr::col(guide_log::Column::Cursor).add(count),
        )
        .exec(tx)
        .await?;
    Ok(only_row(tx).await?.cursor)
}

impl LiveTv {
    /// Hears of changes, wherever they were committed, and tells the subscribers of this process. Never ends.
    pub(super) async fn listen(&self) {
        let glance = Duration::from_millis(Ord::max(self.settings.glance_ms, 1));
        loop {
            match self.bus.listen(&[GuideChanged::TYPE, ChannelChanged::TYPE]).await {
                Ok(mut events) => {
                    // What was committed before we listened.
                    self.look(true).await;
                    loop {
                        match tokio::time::timeout(glance, events.next()).await {
                            Ok(Some(event)) => {
                                // The event only wakes: what happened is read from the log, once for all that wait.
                                let mut channels = event.kind == ChannelChanged::TYPE;
                                while let Some(Some(event)) = events.next().now_or_never() {
                                    channels |= event.kind == ChannelChanged::TYPE;
                                }
                                self.look(channels).await;
                            }
                            Ok(None) => break,
                            // A message of the bus may be lost.
                            Err(_) => self.look(false).await,
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot listen for guide changes"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Reads where the log ends; `channels` when channels may have changed.
    pub(super) async fn look(&self, channels: bool) {
        let row = match only_row(self.database.reader()).await {
            Ok(row) => row,
            Err(error) => {
                tracing::warn!(%error, "cannot read the log of guide changes");
                return;
            }
        };
        self.log.heard.send_if_modified(|heard| {
            // Two readings may end in another order than they began.
            let is_same = row.epoch == heard.epoch;
            let now = Heard {
                epoch: row.epoch,
                cursor: if is_same {
                    Ord::max(row.cursor, heard.cursor)
                } else {
                    row.cursor
                },
                purged_to: if is_same {
                    Ord::max(row.purged_to, heard.purged_to)
                } else {
                    row.purged_to
                },
                channels: heard.channels + u64::from(channels),
            };
            std::mem::replace(heard, now) != now
        });
    }

    /// Hears of all that was committed until now. Those who come together read together.
    pub(super) async fn catch_up(&self) {
        let before = self.log.begun.load(Ordering::Acquire);
        let _turn = self.log.turn.lock().await;
        // Another's reading that began after we came is as good as ours.
        if self.log.begun.load(Ordering::Acquire) == before {
            self.log.begun.fetch_add(1, Ordering::AcqRel);
            self.look(false).await;
        }
    }
}
