//! Guide changes as subscribers receive them: from the log, after their cursor, nothing missed and nothing twice.

use std::collections::VecDeque;

use futures_util::Stream;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{LiveTv, changes::CHANGES_AT_ONCE, guide, log::Heard};
use crate::{
    Error,
    domain::cursor::Place,
    entities::{guide_change, programme},
};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateKind {
    /// Changes after the last message.
    Changes,
    /// The cursor is too old: read the guide again, changes go on from here.
    Resync,
}

/// A changed programme.
#[derive(Debug, Clone)]
pub struct ChangedProgramme {
    /// How it changed.
    pub change: guide_change::Model,
    /// The programme as it is now; `None` when it is gone.
    pub programme: Option<programme::Model>,
}

/// One message to a subscriber.
#[derive(Debug, Clone)]
pub struct Update {
    /// Where the subscriber stands after it.
    pub place: Place,
    /// What it is.
    pub kind: UpdateKind,
    /// Programmes that were committed together.
    pub changes: Vec<ChangedProgramme>,
}

/// One subscriber.
struct Reader {
    livetv: LiveTv,
    channels: Option<Vec<Uuid>>,
    place: Place,
}

impl LiveTv {
    /// Changes of the guide of `channels` (none named: of all) from `after` (none: from now) on.
    ///
    /// The first message has no changes: it tells where the subscriber stands.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for too many channels.
    pub async fn watch_guide(
        &self,
        channels: Option<Vec<Uuid>>,
        after: Option<Place>,
    ) -> Result<impl Stream<Item = Result<Update, Error>> + use<>, Error> {
        guide::check_count(channels.as_ref().map_or(0, Vec::len))?;
        // A cursor may come from another process, which heard of more.
        self.look(false).await;
        let mut log = self.log.subscribe();
        let heard = *log.borrow_and_update();
        let place = after.unwrap_or(Place {
            epoch: heard.epoch,
            position: heard.cursor,
        });
        let mut reader = Reader {
            livetv: self.clone(),
            channels,
            place,
        };
        Ok(async_stream::stream! {
            let mut heard = heard;
            yield Ok(reader.begin(heard));
            loop {
                if reader.is_lost(heard) {
                    yield Ok(reader.resync(heard));
                }
                while reader.place.position < heard.cursor {
                    match reader.read(heard.cursor).await {
                        Ok(updates) => for update in updates {
                            yield Ok(update);
                        },
                        Err(error) => {
                            yield Err(error);
                            return;
                        }
                    }
                }
                if log.changed().await.is_err() {
                    return;
                }
                heard = *log.borrow_and_update();
            }
        })
    }
}

impl Reader {
    fn begin(&mut self, heard: Heard) -> Update {
        if self.is_lost(heard) {
            return self.resync(heard);
        }
        Update {
            place: self.place,
            kind: UpdateKind::Changes,
            changes: Vec::new(),
        }
    }

    /// Whether the log no longer has (or never had) what follows the subscriber's place.
    fn is_lost(&self, heard: Heard) -> bool {
        self.place.epoch != heard.epoch || self.place.position < heard.purged_to || self.place.position > heard.cursor
    }

    fn resync(&mut self, heard: Heard) -> Update {
        self.place = Place {
            epoch: heard.epoch,
            position: heard.cursor,
        };
        Update {
            place: self.place,
            kind: UpdateKind::Resync,
            changes: Vec::new(),
        }
    }

    /// Reads on, at most to `end`: one message for what was committed together, at most 500 changes each.
    async fn read(&mut self, end: i64) -> Result<VecDeque<Update>, Error> {
        use guide_change::Column;
        let mut select = guide_change::Entity::find()
            .filter(Column::Cursor.gt(self.place.position))
            .filter(Column::Cursor.lte(end));
        if let Some(channels) = &self.channels {
            select = select.filter(Column::ChannelId.is_in(channels.iter().copied()));
        }
        let database = self.livetv.database.reader();
        let rows = select
            .order_by_asc(Column::Cursor)
            .limit(CHANGES_AT_ONCE as u64)
            .all(database)
            .await?;
        let is_all = rows.len() < CHANGES_AT_ONCE;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.programme_id).collect();
        let programmes = self.livetv.programmes(&ids).await?;
        let mut updates: VecDeque<(Uuid, Update)> = VecDeque::new();
        for row in rows {
            self.place.position = row.cursor;
            let programme = programmes.get(&row.programme_id).cloned();
            let import = row.import_id;
            let changed = ChangedProgramme { change: row, programme };
            match updates.back_mut() {
                Some((same, update)) if *same == import => {
                    update.place = self.place;
                    update.changes.push(changed);
                }
                _ => updates.push_back((
                    import,
                    Update {
                        place: self.place,
                        kind: UpdateKind::Changes,
                        changes: vec![changed],
                    },
                )),
            }
        }
        if is_all {
            // The rest up to `end` was of other channels.
            self.place.position = end;
        }
        Ok(updates.into_iter().map(|(_, update)| update).collect())
    }
}
