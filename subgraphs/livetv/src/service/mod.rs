//! Use cases by noun; the only room that opens transactions and raises events.

mod admin;
mod audit;
mod blackouts;
mod board;
mod changes;
mod channel_fields;
mod channels;
mod demo;
mod editing;
mod export;
mod guide;
mod housekeeping;
mod imports;
mod lineups;
mod locks;
mod log;
mod matching;
mod order;
mod regions;
mod sources;
mod updates;
mod viewers;

use std::sync::Arc;

use bus::Bus;
use cache::Kv;
use chrono::TimeDelta;
use database::Database;
use kernel::{Clock, Ids, Instant};
use runtime::{Blocking, Platform};
use storage::Storage;
use tokio::sync::Notify;

pub use admin::{AdminFilter, Covered};
pub use audit::{Actor, AuditFilter};
pub use blackouts::{BlackoutFilter, BlackoutPatch, Concerned, NewBlackout};
pub use board::{NowNext, OnAir};
pub use channel_fields::{CatchUp, Edit, NewChannel, Patch};
pub use channels::{ChannelFilter, ChannelOrder, Numbered};
pub use editing::{NewProgramme, ProgrammePatch};
pub use export::Export;
pub use guide::{Depth, MAX_CHANNELS, Schedule, Window};
pub use imports::{State, UndoProblem};
pub use lineups::{LineupPatch, Place as LineupPlace};
pub use order::Order;
pub use sources::{MatchDecision, MatchProblem, NewSource, RequestProblem, SourcePatch, SourceProblem, Wanted};
pub use updates::{ChangedProgramme, Update, UpdateKind};
pub use viewers::{NewRule, NoRule, NotReminded, Owner, Quota, RecordingFilter, Refused, RulePatch, RuleSource};

use crate::{Error, Settings, entities::channel};

/// Channels and their guide. Cheap to clone.
#[derive(Clone)]
pub struct LiveTv(Arc<Inner>);

/// What live TV is made of.
pub struct Inner {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    bus: Arc<dyn Bus>,
    storage: Arc<dyn Storage>,
    kv: Arc<dyn Kv>,
    parsing: Blocking,
    /// Rings when an import waits.
    work: Notify,
    settings: Settings,
    /// Where pictures are served.
    media_url: String,
    /// Where the log of guide changes ends, as this process knows it.
    log: log::Log,
    /// Guide changes, read once for all subscribers.
    updates: updates::Updates,
    /// What is on now, on the channels that somebody follows.
    board: board::Board,
    /// Where subscribers wait for their reminders.
    bell: viewers::Bell,
}

impl std::ops::Deref for LiveTv {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Why an operator's change of a channel was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such channel.
    #[error("this channel does not exist")]
    ChannelNotFound,
    /// Another channel has the number.
    #[error("this number is taken")]
    NumberTaken,
    /// Another channel has the XMLTV id.
    #[error("another channel has this XMLTV id")]
    XmltvIdTaken,
    /// There is no such programme.
    #[error("this programme does not exist")]
    ProgrammeNotFound,
    /// Another programme of the channel is on at that time.
    #[error("another programme of the channel is on at this time")]
    ProgrammeOverlaps,
    /// There is no such line-up.
    #[error("this line-up does not exist")]
    LineupNotFound,
    /// Another line-up has the name.
    #[error("another line-up has this name")]
    LineupNameTaken,
    /// There is no such blackout.
    #[error("this blackout does not exist")]
    BlackoutNotFound,
}

/// What a change came to: the changed thing, or why it was refused.
pub type Changed<T> = Result<Result<T, Problem>, Error>;

impl LiveTv {
    /// Live TV over its migrated database.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open(platform: &Platform, database: Database, settings: Settings) -> Result<Self, Error> {
        let log = log::Log::open(&database).await?;
        let updates = updates::Updates::new(log.heard(), settings.updates_kept);
        Ok(Self(Arc::new(Inner {
            database,
            clock: platform.clock.clone(),
            ids: platform.ids.clone(),
            bus: platform.bus.clone(),
            storage: platform.storage.clone(),
            kv: platform.kv.clone(),
            // One guide at a time: parsing takes a core.
            parsing: Blocking::new(1),
            work: Notify::new(),
            settings,
            media_url: platform.urls.media.clone(),
            log,
            updates,
            board: board::Board::default(),
            bell: viewers::Bell::default(),
        })))
    }

    /// Starts what subscribers need: one listener, one reader and one clock for each process.
    pub fn watch(&self, platform: &Platform) {
        let stop = platform.supervisor.stop_token();
        let [listener, reader, ticker, worker, reminder] = [(); 5].map(|()| self.clone());
        let end = stop.clone();
        platform.supervisor.spawn("livetv.imports", async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = worker.work() => {}
            }
        });
        let end = stop.clone();
        platform.supervisor.spawn("livetv.listen", async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = listener.listen() => {}
            }
        });
        let end = stop.clone();
        platform.supervisor.spawn("livetv.tell_changes", async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = reader.tell_changes() => {}
            }
        });
        let end = stop.clone();
        platform.supervisor.spawn("livetv.tick", async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = ticker.tick() => {}
            }
        });
        let end = stop.clone();
        platform.supervisor.spawn("livetv.remind", async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = reminder.remind() => {}
            }
        });
    }
}

impl LiveTv {
    /// Where a channel's logo is: our own pictures are stored as paths, because the platform's address may change.
    pub fn logo_url(&self, channel: &channel::Model) -> Option<String> {
        let url = channel.logo_url.as_ref()?;
        Some(if url.starts_with('/') {
            format!("{}{url}", self.media_url)
        } else {
            url.clone()
        })
    }
}

/// A second of the clock between two changes of the guide.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    at: Instant,
    heard: log::Heard,
}

impl Moment {
    /// Whether what was read at this moment may be told at `now`.
    pub fn is_still(&self, now: &Self) -> bool {
        self.heard == now.heard && (now.at - self.at).abs() < TimeDelta::seconds(1)
    }
}

impl LiveTv {
    /// The present moment.
    pub fn moment(&self) -> Moment {
        Moment {
            at: self.clock.now(),
            heard: self.log.heard(),
        }
    }
}

/// Rows of one `INSERT`: below SQLite's limit of 32,766 parameters.
const ROWS_AT_ONCE: usize = 200;
/// Ids of one `IN`.
const IDS_AT_ONCE: usize = 500;
