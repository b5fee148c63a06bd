//! The guide for other programs: read page by page and written as it is read, however long it is.

use async_stream::try_stream;
use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::Stream;
use kernel::{Instant, Refusal};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{LiveTv, changes, guide::check_count};
use crate::{
    Error,
    domain::{
        diff::Hold,
        export::{self, ExportedChannel},
        schedule::LONGEST,
    },
    entities::{channel, programme},
};

/// Longest window of an export, in days.
const MAX_DAYS: i64 = 31;
/// How far an export reaches when nobody says.
const USUAL_DAYS: i64 = 14;
/// Most channels of an export.
const MAX_CHANNELS: u64 = 5_000;
/// Programmes that are read at once.
const PAGE: u64 = 1_000;
/// Channels of one statement.
const CHANNELS_AT_ONCE: usize = 100;

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct Export {
    /// Which channels; none: all.
    pub channels: Option<Vec<Uuid>>,
    /// First instant; none: now.
    pub from: Option<Instant>,
    /// First instant after it; none: two weeks later.
    pub to: Option<Instant>,
    /// With the elements that files have and the DTD of XMLTV has not.
    pub is_extended: bool,
}

impl LiveTv {
    /// The guide as XMLTV.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` or `LIMIT_EXCEEDED` for what is asked; [`Error::Database`], also in the stream.
    pub async fn export_guide(
        &self,
        asked: Export,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + use<>, Error> {
        let from = asked.from.unwrap_or_else(|| self.clock.now());
        let to = asked.to.unwrap_or(from + TimeDelta::days(USUAL_DAYS));
        if to <= from {
            return Err(Refusal::bad_input("to", "to must be after from").into());
        }
        let days = (to - from + TimeDelta::days(1) - TimeDelta::milliseconds(1)).num_days();
        if days > MAX_DAYS {
            let refusal = Refusal::limit("window days", MAX_DAYS.unsigned_abs(), days.unsigned_abs());
            return Err(refusal.with("field", "to").into());
        }
        let channels = self.exported_channels(asked.channels.as_deref()).await?;
        let (livetv, is_extended) = (self.clone(), asked.is_extended);
        Ok(try_stream! {
            let mut out = export::HEAD.to_owned();
            for (_, channel) in &channels {
                export::channel(&mut out, channel);
            }
            yield Bytes::from(std::mem::take(&mut out));
            for channels in channels.chunks(CHANNELS_AT_ONCE) {
                let mut after = None;
                loop {
                    let rows = livetv.page_of_export(channels, (from, to), after).await?;
                    let Some(last) = rows.last() else { break };
                    after = Some((last.channel_id, last.starts_at));
                    for row in rows {
                        let channel = channels.iter().find(|(id, _)| *id == row.channel_id);
                        if let Some((_, channel)) = channel {
                            export::programme(&mut out, channel, &changes::from_row(row, Hold::Own).entry, is_extended);
                        }
                    }
                    yield Bytes::from(std::mem::take(&mut out));
                }
            }
            yield Bytes::from_static(export::TAIL.as_bytes());
        })
    }

    /// The channels that stream somewhere, as M3U. For editors: it has the addresses of their streams.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn export_channels(&self, guide_url: &str) -> Result<String, Error> {
        let mut out = export::m3u_head(guide_url);
        for (_, channel) in self.exported_channels(None).await? {
            export::m3u_channel(&mut out, &channel, guide_url);
        }
        Ok(out)
    }

    async fn exported_channels(&self, wanted: Option<&[Uuid]>) -> Result<Vec<(Uuid, ExportedChannel)>, Error> {
        let mut select = channel::Entity::living();
        if let Some(ids) = wanted {
            check_count(ids.len()).map_err(|refusal| refusal.with("field", "channels"))?;
            select = select.filter(channel::Column::Id.is_in(ids.iter().copied()));
        }
        let rows = select
            .order_by_asc(channel::Column::SortMajor)
            .order_by_asc(channel::Column::SortMinor)
            .order_by_asc(channel::Column::Id)
            .limit(MAX_CHANNELS)
            .all(self.database.reader())
            .await?;
        let channel = |row: channel::Model| {
            let best = row.sources.0.iter().min_by_key(|source| source.priority);
            let exported = ExportedChannel {
                id: row.xmltv_id.clone().unwrap_or_else(|| row.id.to_string()),
                number: row.number.clone(),
                name: row.name.clone(),
                logo_url: self.logo_url(&row),
                zone: row.time_zone.as_deref().and_then(|zone| zone.parse().ok()),
                group: row.packages.0.first().cloned(),
                stream_url: best.map(|source| source.url.clone()),
            };
            (row.id, exported)
        };
        Ok(rows.into_iter().map(channel).collect())
    }

    /// The next programmes, by channel and start: the order of the index.
    async fn page_of_export(
        &self,
        channels: &[(Uuid, ExportedChannel)],
        (from, to): (Instant, Instant),
        after: Option<(Uuid, Instant)>,
    ) -> Result<Vec<programme::Model>, Error> {
        use programme::Column;
        let mut select = programme::Entity::find()
            .filter(Column::ChannelId.is_in(channels.iter().map(|(id, _)| *id)))
            // No programme is longer than a day, so the index needs to be read from there only.
            .filter(Column::StartsAt.gte(from.checked_sub_signed(LONGEST).unwrap_or(from)))
            .filter(Column::StartsAt.lt(to))
            .filter(Column::EndsAt.gt(from));
        if let Some((channel, start)) = after {
            let later = Condition::all()
                .add(Column::ChannelId.eq(channel))
                .add(Column::StartsAt.gt(start));
            select = select.filter(Condition::any().add(Column::ChannelId.gt(channel)).add(later));
        }
        let rows = select
            .order_by_asc(Column::ChannelId)
            .order_by_asc(Column::StartsAt)
            .limit(PAGE)
            .all(self.database.reader())
            .await?;
        Ok(rows)
    }
}
