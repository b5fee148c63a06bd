//! Reading the guide. Each batch is one statement, whatever the number of keys.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;
use kernel::{Instant, Refusal};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::LiveTv;
use crate::{
    Error,
    entities::{channel, guide_import, import_message, programme},
};

/// Longest window of a guide grid, in hours.
const MAX_WINDOW_HOURS: i64 = 48;
/// Most channels of one request.
pub const MAX_CHANNELS: usize = 500;
/// Programmes that a channel may have in a window: one a minute.
const MOST_OF_CHANNEL: u64 = 72 * 60;

/// A half-open window of time, at most 48 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// First instant.
    pub from: Instant,
    /// First instant after it.
    pub to: Instant,
}

impl Window {
    /// Checks what a client sent.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it ends before it begins, `LIMIT_EXCEEDED` when it is too long.
    pub fn try_new(from: Instant, to: Instant) -> Result<Self, Refusal> {
        if to <= from {
            return Err(Refusal::bad_input("to", "to must be after from"));
        }
        let length = to - from;
        if length > TimeDelta::hours(MAX_WINDOW_HOURS) {
            // Rounded up: 48 hours and a second are more than allowed.
            let hours = (length + TimeDelta::hours(1) - TimeDelta::milliseconds(1)).num_hours();
            let limit = Refusal::limit("window hours", MAX_WINDOW_HOURS.unsigned_abs(), hours.unsigned_abs());
            return Err(limit.with("field", "to"));
        }
        Ok(Self { from, to })
    }
}

/// A channel's programmes in a window.
pub struct Schedule {
    /// The channel.
    pub channel: channel::Model,
    /// Its programmes, sorted by start.
    pub programmes: Vec<Arc<programme::Model>>,
}

/// How much of programmes is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All.
    All,
    /// All but the extras, which are most of a programme and which a grid rarely shows.
    Row,
}

impl LiveTv {
    /// The guide grid of `channels` (none named: of all), by number. Unknown channels are left out.
    pub async fn grid(&self, channels: Option<&[Uuid]>, window: Window, depth: Depth) -> Result<Vec<Schedule>, Error> {
        let mut select = channel::Entity::listed();
        if let Some(ids) = channels {
            check_count(ids.len())?;
            // A hidden one is there for those who name it.
            select = channel::Entity::living().filter(channel::Column::Id.is_in(ids.iter().copied()));
        }
        let channels = select
            .order_by_asc(channel::Column::SortMajor)
            .order_by_asc(channel::Column::SortMinor)
            .order_by_asc(channel::Column::Id)
            .limit(MAX_CHANNELS as u64 + 1)
            .all(self.database.reader())
            .await?;
        check_count(channels.len())?;
        let ids: Vec<Uuid> = channels.iter().map(|channel| channel.id).collect();
        let mut programmes = self.programmes_in(&ids, window, depth).await?;
        let schedule = |channel: channel::Model| {
            let programmes = programmes.remove(&channel.id).unwrap_or_default();
            Schedule { channel, programmes }
        };
        Ok(channels.into_iter().map(schedule).collect())
    }

    /// Programmes of channels that overlap a window, sorted by start.
    pub async fn programmes_in(
        &self,
        channels: &[Uuid],
        window: Window,
        depth: Depth,
    ) -> Result<HashMap<Uuid, Vec<Arc<programme::Model>>>, Error> {
        let mut found: HashMap<Uuid, Vec<Arc<programme::Model>>> = HashMap::new();
        if channels.is_empty() {
            return Ok(found);
        }
        let mut select = programme::Entity::overlapping(channels, window.from, window.to);
        if depth == Depth::Row {
            select = programme::without_extras(select);
        }
        let rows = select
            .limit(MOST_OF_CHANNEL * channels.len() as u64)
            .all(self.database.reader())
            .await?;
        for row in rows {
            found.entry(row.channel_id).or_default().push(Arc::new(row));
        }
        Ok(found)
    }

    /// Living channels by id.
    pub async fn channels(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, channel::Model>, Error> {
        let rows = channel::Entity::living()
            .filter(channel::Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Programmes by id.
    pub async fn programmes(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, programme::Model>, Error> {
        let rows = programme::Entity::find()
            .filter(programme::Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .all(self.database.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// An import and its report.
    pub async fn find_import(&self, id: Uuid) -> Result<Option<guide_import::Model>, Error> {
        Ok(guide_import::Entity::find_by_id(id).one(self.database.reader()).await?)
    }

    /// Messages of imports, in their order.
    pub async fn messages(&self, imports: &[Uuid]) -> Result<HashMap<Uuid, Vec<import_message::Model>>, Error> {
        let most = crate::domain::report::MOST_MESSAGES * imports.len();
        let rows = import_message::Entity::of_imports(imports)
            .limit(most as u64)
            .all(self.database.reader())
            .await?;
        let mut found: HashMap<Uuid, Vec<import_message::Model>> = HashMap::new();
        for row in rows {
            found.entry(row.import_id).or_default().push(row);
        }
        Ok(found)
    }
}

/// Refuses more channels than one request may name.
pub(super) fn check_count(channels: usize) -> Result<(), Refusal> {
    if channels > MAX_CHANNELS {
        let refusal = Refusal::limit("channels", MAX_CHANNELS as u64, channels as u64);
        return Err(refusal.with("field", "channelIds"));
    }
    Ok(())
}
