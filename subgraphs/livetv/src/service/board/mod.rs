//! What is on now and next: read for a request, and kept for subscribers by one clock for each process.
//!
//! Only channels that somebody follows are kept. At a boundary the clock reads the channels whose programmes change, after a
//! commit those that it changed, each once for all followers; only followers of a channel that shows something else wake.

mod seats;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::Stream;
use kernel::{ChannelId, Instant, Refusal};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query, WindowStatement},
};
use tokio::sync::{Mutex, Notify};
use uuid::Uuid;

use super::{IDS_AT_ONCE, LiveTv, guide, log::Heard};
use crate::{
    Error,
    domain::schedule::LONGEST,
    entities::{guide_change, programme},
};
pub use seats::OnAir;
use seats::{Follower, Seats};

/// The clock is looked at this often: it may be set, and timers are not exact.
const GLANCE: Duration = Duration::from_secs(1);
/// Wait for more rings after the first: they are answered together.
const LULL: Duration = Duration::from_millis(20);
/// Every followed channel is read at least this often: programmes come into sight.
const RENEWAL: TimeDelta = TimeDelta::hours(1);
/// Wait after the database failed.
const PAUSE: Duration = Duration::from_secs(5);
/// A commit that changed more is taken to have changed every channel.
const MOST_CHANGES: i64 = 50_000;

/// What is on now and what follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NowNext {
    /// The programme that is on.
    pub now: Option<Arc<programme::Model>>,
    /// The first programme that has not begun.
    pub next: Option<Arc<programme::Model>>,
}

impl NowNext {
    /// When the clock changes it.
    fn changes_at(&self) -> Option<Instant> {
        let ends = self.now.as_ref().map(|programme| programme.ends_at);
        let begins = self.next.as_ref().map(|programme| programme.starts_at);
        ends.into_iter().chain(begins).min()
    }
}

/// What is on the channels that somebody of this process follows.
#[derive(Default)]
pub(super) struct Board {
    seats: Seats,
    /// One reading at a time: what was read later is shown later.
    turn: Mutex<()>,
    /// A channel has come that the clock does not know.
    has_come: Notify,
}

impl Board {
    /// Channels that are followed.
    #[cfg(test)]
    pub(super) fn followed(&self) -> usize {
        self.seats.followed().len()
    }
}

impl LiveTv {
    /// What is on channels now, and next within two days. Channels without either are left out.
    pub async fn now_next(&self, channels: &[Uuid]) -> Result<HashMap<Uuid, NowNext>, Error> {
        let now = self.clock.now();
        let mut found: HashMap<Uuid, NowNext> = HashMap::new();
        for chunk in channels.chunks(IDS_AT_ONCE) {
            // The database ranks: of each channel only the first two are read.
            let place = Alias::new("place");
            let window = WindowStatement::partition_by(programme::Column::ChannelId)
                .order_by(programme::Column::StartsAt, Order::Asc)
                .to_owned();
            let mut ranked = Query::select();
            ranked
                .column(programme::Column::Id)
                .expr_window_as(Expr::cust("ROW_NUMBER()"), window, place.clone())
                .from(programme::Entity)
                .and_where(programme::Column::ChannelId.is_in(chunk.iter().copied()))
                .and_where(programme::Column::StartsAt.gte(now - LONGEST))
                .and_where(programme::Column::StartsAt.lt(now + programme::HORIZON))
                .and_where(programme::Column::EndsAt.gt(now));
            let mut first_two = Query::select();
            first_two
                .column(programme::Column::Id)
                .from_subquery(ranked, "ranked")
                .and_where(Expr::col(place).lte(2));
            let rows = programme::Entity::find()
                .filter(programme::Column::Id.in_subquery(first_two))
                .limit(2 * chunk.len() as u64)
                .all(self.database.reader())
                .await?;
            for row in rows {
                let state = found.entry(row.channel_id).or_default();
                if row.starts_at <= now {
                    state.now = Some(Arc::new(row));
                } else if state.next.as_ref().is_none_or(|next| row.starts_at < next.starts_at) {
                    state.next = Some(Arc::new(row));
                }
            }
        }
        Ok(found)
    }

    /// Keeps the board: reads a channel at each boundary of its programmes and after each of its changes. Never ends.
    ///
    /// Subscribers wait for their channels, so their number costs no timers and no statements.
    pub(super) async fn tick(&self) {
        let mut log = self.log.subscribe();
        let mut known = *log.borrow_and_update();
        let (mut renewed_at, mut last) = (self.clock.now(), self.clock.now());
        loop {
            let (now, heard) = (self.clock.now(), *log.borrow_and_update());
            let is_renewal = now - renewed_at >= RENEWAL || now < last;
            last = now;
            match self.turn_over(now, is_renewal, known, heard).await {
                Ok(()) => known = heard,
                Err(error) => {
                    tracing::warn!(%error, "cannot read what is on now");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            }
            if is_renewal {
                renewed_at = now;
            }
            if !self.wait(renewed_at + RENEWAL, &mut log).await {
                return;
            }
        }
    }

    /// Waits for the next boundary, for `latest` or for a change; false when the process ends.
    async fn wait(&self, latest: Instant, log: &mut tokio::sync::watch::Receiver<Heard>) -> bool {
        loop {
            let next = self.board.seats.boundaries().into_iter().map(|(_, at)| at).min();
            let until = next.map_or(latest, |next| Ord::min(next, latest));
            let begun = self.clock.now();
            let Ok(left) = (until - begun).to_std() else {
                return true;
            };
            tokio::select! {
                heard = log.changed() => {
                    // A large import is told of often.
                    tokio::time::sleep(LULL).await;
                    return heard.is_ok();
                }
                () = self.board.has_come.notified() => {}
                () = tokio::time::sleep(left.min(GLANCE)) => {
                    let now = self.clock.now();
                    if now >= until || now < begun {
                        return true;
                    }
                }
            }
        }
    }

    /// Reads the followed channels that may show something else than when `known` was heard.
    async fn turn_over(&self, now: Instant, is_renewal: bool, known: Heard, heard: Heard) -> Result<(), Error> {
        let _turn = self.board.turn.lock().await;
        let followed = self.board.seats.followed();
        if followed.is_empty() {
            return Ok(());
        }
        if is_renewal || known.channels != heard.channels || known.epoch != heard.epoch {
            return self.show(&followed).await;
        }
        let due = self.board.seats.boundaries().into_iter();
        let mut ids: HashSet<Uuid> = due.filter(|(_, at)| *at <= now).map(|(id, _)| id).collect();
        match self.changed_channels(known.cursor, heard.cursor).await? {
            Some(changed) => ids.extend(followed.into_iter().filter(|id| changed.contains(id))),
            None => ids.extend(followed),
        }
        self.show(&ids.into_iter().collect::<Vec<_>>()).await
    }

    /// The channels with changes after `after`, up to `until`; `None` when that may be any.
    async fn changed_channels(&self, after: i64, until: i64) -> Result<Option<HashSet<Uuid>>, Error> {
        use guide_change::Column;
        if after == until {
            return Ok(Some(HashSet::new()));
        }
        if until - after > MOST_CHANGES {
            return Ok(None);
        }
        let channels: Vec<Uuid> = guide_change::Entity::find()
            .select_only()
            .column(Column::ChannelId)
            .distinct()
            .filter(Column::Cursor.gt(after))
            .filter(Column::Cursor.lte(until))
            .limit(MOST_CHANGES.unsigned_abs())
            .into_tuple()
            .all(self.database.reader())
            .await?;
        Ok(Some(channels.into_iter().collect()))
    }

    /// Reads what is on `channels` and shows it.
    async fn show(&self, channels: &[Uuid]) -> Result<(), Error> {
        for chunk in channels.chunks(IDS_AT_ONCE) {
            let mut rows = self.channels(chunk).await?;
            let mut states = self.now_next(chunk).await?;
            for id in chunk {
                let read = rows.remove(id).map(|channel| OnAir {
                    channel,
                    state: states.remove(id).unwrap_or_default(),
                });
                self.board.seats.show(*id, read);
                // Each may wake thousands.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Reads what `follower` is the first to follow.
    async fn show_first(&self, follower: &Follower) -> Result<(), Error> {
        if follower.unread().is_empty() {
            return Ok(());
        }
        let _turn = self.board.turn.lock().await;
        // Somebody else may have read it meanwhile.
        let unread = follower.unread();
        self.show(&unread).await?;
        if !unread.is_empty() {
            self.board.has_come.notify_one();
        }
        Ok(())
    }

    /// The state of each of `channels`, then each state that changes.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown channel, `LIMIT_EXCEEDED` for too many.
    pub async fn watch_now_next(
        &self,
        channels: Vec<ChannelId>,
    ) -> Result<impl Stream<Item = Arc<OnAir>> + use<>, Error> {
        guide::check_count(channels.len())?;
        let mut seen = HashSet::new();
        let ids = channels.into_iter().map(|channel| channel.0);
        let mut follower = self.board.seats.follow(ids.filter(|id| seen.insert(*id)).collect());
        self.show_first(&follower).await?;
        if !follower.knows_all() {
            return Err(Refusal::not_found("channel").into());
        }
        Ok(async_stream::stream! {
            for place in 0..follower.len() {
                if let Some(on_air) = follower.tell(place) {
                    yield on_air;
                }
            }
            loop {
                for place in follower.changed().await {
                    if let Some(on_air) = follower.tell(place) {
                        yield on_air;
                    }
                }
            }
        })
    }
}
