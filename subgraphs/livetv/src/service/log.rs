//! Where the log of guide changes ends: in the database, and as this process has heard.

use std::time::Duration;

use database::{Database, Tx};
use futures_util::StreamExt;
use kernel::Event;
use schema::events::livetv::{ChannelChanged, GuideChanged};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::LiveTv;
use crate::{Error, entities::guide_log};

/// Wait before listening again after the bus failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time that a missed event can go unnoticed.
const GLANCE: Duration = Duration::from_secs(30);

/// What this process knows of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// Which log.
    pub epoch: Uuid,
    /// Place of the last change.
    pub cursor: i64,
    /// Changes up to here were forgotten.
    pub purged_to: i64,
    /// Grows with every event of channels or guide: something may have changed.
    pub bell: u64,
}

/// Reads where the log ends, which begins if there is none yet.
pub(super) async fn open(database: &Database) -> Result<Heard, Error> {
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
    Ok(Heard {
        epoch: row.epoch,
        cursor: row.cursor,
        purged_to: row.purged_to,
        bell: 0,
    })
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
        loop {
            match self.bus.listen(&[GuideChanged::TYPE, ChannelChanged::TYPE]).await {
                Ok(mut events) => {
                    // What was committed before we listened.
                    self.look(true).await;
                    loop {
                        match tokio::time::timeout(GLANCE, events.next()).await {
                            // The event only wakes: what happened is read from the log.
                            Ok(Some(_)) => self.look(true).await,
                            Ok(None) => break,
                            Err(_) => self.look(false).await,
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot listen for guide changes"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Reads where the log ends; `rings` when something is known to have happened.
    pub(super) async fn look(&self, rings: bool) {
        let row = match only_row(self.database.reader()).await {
            Ok(row) => row,
            Err(error) => {
                tracing::warn!(%error, "cannot read the log of guide changes");
                return;
            }
        };
        self.log.send_if_modified(|heard| {
            let bell = heard.bell + u64::from(rings);
            let now = Heard {
                epoch: row.epoch,
                cursor: Ord::max(row.cursor, heard.cursor),
                purged_to: row.purged_to,
                bell,
            };
            std::mem::replace(heard, now) != now
        });
    }
}
