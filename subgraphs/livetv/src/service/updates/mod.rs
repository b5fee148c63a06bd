//! Guide changes as subscribers receive them: from the log, after their cursor, nothing missed and nothing twice.
//!
//! A subscriber is a place in the log and nothing else: it asks for its next message when it has sent the last one, so a
//! slow one keeps nothing waiting. Pages of the log are read once for all of a process and kept for a while; whoever comes
//! later than that has them read again.

mod pages;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::Arc};

use futures_util::Stream;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use super::{LiveTv, Window, changes::CHANGES_AT_ONCE, guide, log::Heard};
use crate::{
    Error,
    domain::cursor::Place,
    entities::{guide_change, programme},
};
use pages::{PAGE, Page, Pages};

/// Pages of a commit that are read before its subscribers wake: the rest is read as they ask.
const PAGES_AHEAD: i64 = 4;

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
    /// The programme as it was when the change was read: with the change or a later one; `None` when it is gone.
    pub programme: Option<Arc<programme::Model>>,
}

/// One message to a subscriber.
#[derive(Debug, Clone)]
pub struct Update {
    /// Where the subscriber stands after it.
    pub place: Place,
    /// What it is.
    pub kind: UpdateKind,
    /// Programmes that were committed together.
    pub changes: Vec<Arc<ChangedProgramme>>,
}

/// What the subscribers of this process share.
pub(super) struct Updates {
    pages: Pages,
    /// One reader of the log at a time.
    turn: Mutex<()>,
    /// Where the log ends, for subscribers: what is before can be asked for.
    edge: watch::Sender<Heard>,
}

impl Updates {
    /// Keeps at most `changes` changes in memory.
    pub(super) fn new(heard: Heard, changes: usize) -> Self {
        Self {
            pages: Pages::new(changes),
            turn: Mutex::new(()),
            edge: watch::Sender::new(heard),
        }
    }

    /// Subscribers of this process.
    #[cfg(test)]
    pub(super) fn subscribers(&self) -> usize {
        self.edge.receiver_count()
    }
}

/// One subscriber.
struct Reader {
    livetv: LiveTv,
    channels: Option<HashSet<Uuid>>,
    window: Option<Window>,
    place: Place,
}

impl LiveTv {
    /// Reads what was committed and wakes the subscribers of this process. Never ends.
    pub(super) async fn tell_changes(&self) {
        let mut log = self.log.subscribe();
        loop {
            let heard = *log.borrow_and_update();
            if let Err(error) = self.read_ahead(heard).await {
                // Subscribers read it themselves, and are told if they cannot.
                tracing::warn!(%error, "cannot read guide changes ahead");
            }
            self.updates.edge.send_if_modified(|edge| {
                let before = std::mem::replace(edge, heard);
                (before.epoch, before.cursor) != (heard.epoch, heard.cursor)
            });
            if log.changed().await.is_err() {
                return;
            }
        }
    }

    /// Reads the new changes once for all subscribers, if there are any.
    async fn read_ahead(&self, heard: Heard) -> Result<(), Error> {
        let edge = *self.updates.edge.borrow();
        if self.updates.edge.receiver_count() == 0 || edge.epoch != heard.epoch {
            return Ok(());
        }
        let mut place = edge.cursor;
        let last = heard.cursor.min(place + PAGES_AHEAD * PAGE);
        while place < last {
            place = self.page(place, heard).await?.until;
        }
        Ok(())
    }

    /// The page of the log that has the change after `place`, which is before the end of the log.
    async fn page(&self, place: i64, heard: Heard) -> Result<Arc<Page>, Error> {
        let (number, full) = Page::of(place);
        let until = heard.cursor.min(full);
        let known = || self.updates.pages.find(heard.epoch, number);
        let is_enough = |page: &Arc<Page>| page.until >= until;
        if let Some(page) = known().filter(is_enough) {
            return Ok(page);
        }
        let _turn = self.updates.turn.lock().await;
        let known = known();
        // Somebody else has read it meanwhile.
        if let Some(page) = known.clone().filter(is_enough) {
            return Ok(page);
        }
        let known = known.unwrap_or_else(|| Arc::new(Page::begin(number)));
        let rows = self.read_changes(known.until, until).await?;
        let page = Arc::new(known.extended(rows, until));
        self.updates.pages.keep(heard.epoch, number, page.clone());
        Ok(page)
    }

    /// Reads the changes after `after`, up to `until`: at most a page.
    async fn read_changes(&self, after: i64, until: i64) -> Result<Vec<ChangedProgramme>, Error> {
        use guide_change::Column;
        let rows = guide_change::Entity::find()
            .filter(Column::Cursor.gt(after))
            .filter(Column::Cursor.lte(until))
            .order_by_asc(Column::Cursor)
            .limit(PAGE.unsigned_abs())
            .all(self.database.reader())
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.programme_id).collect();
        let programmes = self.programmes(&ids).await?.into_iter();
        let programmes: std::collections::HashMap<Uuid, Arc<programme::Model>> =
            programmes.map(|(id, row)| (id, Arc::new(row))).collect();
        let with_programme = |change: guide_change::Model| ChangedProgramme {
            programme: programmes.get(&change.programme_id).cloned(),
            change,
        };
        Ok(rows.into_iter().map(with_programme).collect())
    }

    /// Changes of the guide of `channels` (none named: of all) from `after` (none: from now) on; with a `window` those only
    /// that touch it.
    ///
    /// The first message has no changes: it tells where the subscriber stands.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for too many channels.
    pub async fn watch_guide(
        &self,
        channels: Option<Vec<Uuid>>,
        window: Option<Window>,
        after: Option<Place>,
    ) -> Result<impl Stream<Item = Result<Update, Error>> + use<>, Error> {
        guide::check_count(channels.as_ref().map_or(0, Vec::len))?;
        let mut edge = self.updates.edge.subscribe();
        // A cursor may come from another process, which heard of more.
        self.catch_up().await;
        let heard = self.log.heard();
        let place = after.unwrap_or(Place {
            epoch: heard.epoch,
            position: heard.cursor,
        });
        let mut reader = Reader {
            livetv: self.clone(),
            channels: channels.map(|channels| channels.into_iter().collect()),
            window,
            place,
        };
        Ok(async_stream::stream! {
            yield Ok(reader.begin(heard));
            loop {
                let mut heard = *edge.borrow_and_update();
                while reader.place.epoch != heard.epoch || reader.place.position < heard.cursor {
                    match reader.read(heard).await {
                        Ok(Some(update)) => yield Ok(update),
                        Ok(None) => {}
                        Err(error) => {
                            yield Err(error);
                            return;
                        }
                    }
                    heard = *edge.borrow();
                }
                if edge.changed().await.is_err() {
                    return;
                }
            }
        })
    }
}

impl Reader {
    fn begin(&mut self, heard: Heard) -> Update {
        if self.is_lost(heard) || self.place.position > heard.cursor {
            return self.resync(heard);
        }
        self.update(Vec::new())
    }

    /// Whether the log no longer has what follows the subscriber's place, or that is too much.
    fn is_lost(&self, heard: Heard) -> bool {
        let most = i64::try_from(self.livetv.settings.updates_max_behind).unwrap_or(i64::MAX);
        self.place.epoch != heard.epoch
            || self.place.position < heard.purged_to
            || heard.cursor.saturating_sub(self.place.position) > most
    }

    /// Whether a change is about the time that is followed.
    fn touches(&self, change: &guide_change::Model) -> bool {
        let times = (self.window, change.starts_at, change.ends_at);
        let (Some(window), Some(starts_at), Some(ends_at)) = times else {
            return true;
        };
        starts_at < window.to && ends_at > window.from
    }

    fn resync(&mut self, heard: Heard) -> Update {
        self.place = Place {
            epoch: heard.epoch,
            position: heard.cursor,
        };
        Update {
            kind: UpdateKind::Resync,
            ..self.update(Vec::new())
        }
    }

    fn update(&self, changes: Vec<Arc<ChangedProgramme>>) -> Update {
        Update {
            place: self.place,
            kind: UpdateKind::Changes,
            changes,
        }
    }

    /// Reads on, at most to the end of the log: one message for what was committed together, at most 500 changes each.
    /// `None` when the rest of the log is of other channels or times.
    async fn read(&mut self, heard: Heard) -> Result<Option<Update>, Error> {
        if self.is_lost(heard) {
            return Ok(Some(self.resync(heard)));
        }
        let mut changes = Vec::new();
        let mut import = None;
        while self.place.position < heard.cursor {
            let page = self.livetv.page(self.place.position, heard).await?;
            if page.after > self.place.position {
                // It was forgotten while we read.
                self.livetv.look(false).await;
                return Ok(Some(self.resync(self.livetv.log.heard())));
            }
            for run in page.runs_after(self.place.position) {
                let is_wanted = self
                    .channels
                    .as_ref()
                    .is_none_or(|channels| channels.contains(&run.channel));
                if import.is_some_and(|import| import != run.import) {
                    return Ok(Some(self.update(changes)));
                }
                // The last page grows: what came after the end that we know is read in its turn.
                let mut last = run.last.min(heard.cursor);
                if is_wanted {
                    let told = page.changes(self.place.position, last).iter();
                    for change in told.filter(|told| self.touches(&told.change)) {
                        import = Some(run.import);
                        changes.push(change.clone());
                        if changes.len() == CHANGES_AT_ONCE {
                            last = change.change.cursor;
                            break;
                        }
                    }
                }
                self.place.position = last;
                if changes.len() == CHANGES_AT_ONCE {
                    return Ok(Some(self.update(changes)));
                }
                if self.place.position == heard.cursor {
                    break;
                }
            }
        }
        Ok((!changes.is_empty()).then(|| self.update(changes)))
    }
}
