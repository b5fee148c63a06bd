//! What is on now and next: read for a request, and kept for subscribers by one clock for each process.

use std::{
    collections::{BTreeMap, HashMap},
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
use uuid::Uuid;

use super::{IDS_AT_ONCE, LiveTv, guide};
use crate::{
    Error,
    domain::schedule::LONGEST,
    entities::{channel, programme},
};

/// The clock is looked at this often: it may be set, and timers are not exact.
const GLANCE: Duration = Duration::from_secs(1);
/// Wait for more rings after the first: they are answered together.
const LULL: Duration = Duration::from_millis(20);
/// The board is made anew at least this often: programmes come into sight.
const RENEWAL: TimeDelta = TimeDelta::hours(1);
/// Most channels on the board.
const MOST_CHANNELS: u64 = 20_000;

/// What is on now and what follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NowNext {
    /// The programme that is on.
    pub now: Option<programme::Model>,
    /// The first programme that has not begun.
    pub next: Option<programme::Model>,
}

impl NowNext {
    /// When the clock changes it.
    fn changes_at(&self) -> Option<Instant> {
        let ends = self.now.as_ref().map(|programme| programme.ends_at);
        let begins = self.next.as_ref().map(|programme| programme.starts_at);
        ends.into_iter().chain(begins).min()
    }
}

/// Every channel's state. Channels that have neither are not on it.
#[derive(Debug, Default)]
pub(super) struct Board(HashMap<Uuid, NowNext>);

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
                    state.now = Some(row);
                } else if state.next.as_ref().is_none_or(|next| row.starts_at < next.starts_at) {
                    state.next = Some(row);
                }
            }
        }
        Ok(found)
    }

    /// Keeps the board: makes it anew at every boundary of a programme and after every change. Never ends.
    ///
    /// Subscribers wait for the board, so their number costs no timers and no statements.
    pub(super) async fn tick(&self) {
        let mut log = self.log.subscribe();
        loop {
            let until = match self.renew().await {
                Ok(until) => until,
                Err(error) => {
                    tracing::warn!(%error, "cannot read what is on now");
                    self.clock.now() + TimeDelta::seconds(5)
                }
            };
            loop {
                let left = (until - self.clock.now()).to_std().unwrap_or_default();
                if left.is_zero() {
                    break;
                }
                if let Ok(rung) = tokio::time::timeout(left.min(GLANCE), log.changed()).await {
                    if rung.is_err() {
                        return;
                    }
                    // A large import rings often.
                    tokio::time::sleep(LULL).await;
                    log.mark_unchanged();
                    break;
                }
            }
        }
    }

    /// Makes the board anew; returns when it changes by the clock.
    async fn renew(&self) -> Result<Instant, Error> {
        let now = self.clock.now();
        let ids: Vec<Uuid> = channel::Entity::living()
            .select_only()
            .column(channel::Column::Id)
            .limit(MOST_CHANNELS)
            .into_tuple()
            .all(self.database.reader())
            .await?;
        let states = self.now_next(&ids).await?;
        let until = states.values().filter_map(NowNext::changes_at).min();
        self.board.send_if_modified(|board| {
            let is_new = board.0 != states;
            if is_new {
                *board = Arc::new(Board(states));
            }
            is_new
        });
        let latest = now + RENEWAL;
        Ok(until.filter(|until| *until < latest).unwrap_or(latest))
    }

    /// The state of each of `channels`, then each state that changes.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown channel, `LIMIT_EXCEEDED` for too many.
    pub async fn watch_now_next(
        &self,
        channels: Vec<ChannelId>,
    ) -> Result<impl Stream<Item = Result<(channel::Model, NowNext), Error>> + use<>, Error> {
        guide::check_count(channels.len())?;
        let mut ids: Vec<Uuid> = Vec::with_capacity(channels.len());
        for channel in channels {
            if !ids.contains(&channel.0) {
                ids.push(channel.0);
            }
        }
        let mut board = self.board.subscribe();
        // Before the first state is read: what comes later is seen as a change.
        board.mark_unchanged();
        let mut known: BTreeMap<usize, channel::Model> = BTreeMap::new();
        let mut rows = self.channels(&ids).await?;
        for (place, id) in ids.iter().enumerate() {
            known.insert(place, rows.remove(id).ok_or_else(|| Refusal::not_found("channel"))?);
        }
        let mut states = self.now_next(&ids).await?;
        let livetv = self.clone();
        Ok(async_stream::stream! {
            for (place, id) in ids.iter().enumerate() {
                yield Ok((known[&place].clone(), states.entry(*id).or_default().clone()));
            }
            while board.changed().await.is_ok() {
                let latest = board.borrow_and_update().clone();
                let fresh = |id: &Uuid| latest.0.get(id).cloned().unwrap_or_default();
                let changed: Vec<Uuid> = ids.iter().filter(|id| states.get(id) != Some(&fresh(id))).copied().collect();
                if changed.is_empty() {
                    continue;
                }
                match livetv.channels(&changed).await {
                    Ok(mut rows) => for id in changed {
                        // A deleted channel falls silent.
                        if let Some(channel) = rows.remove(&id) {
                            states.insert(id, fresh(&id));
                            yield Ok((channel, fresh(&id)));
                        }
                    },
                    Err(error) => yield Err(error),
                }
            }
        })
    }
}
