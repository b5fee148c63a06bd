//! Channels in the graph.

use std::sync::Arc;

use ::schema::events::livetv as events;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{
    ListName, Require, Result,
    directives::{CacheControl, CacheScope, ListSize, RequiresRole, Size},
};
use uuid::Uuid;

use super::{extras::ProgrammeGenre, livetv, loaders, programme::Programme};
use crate::{
    entities::{channel, programme},
    loaders::Loaders,
    service::{self, NowNext, OnAir, Window},
};

/// A linear channel.
pub struct Channel {
    row: channel::Model,
    /// Its number in the line-up that was asked for.
    number: Option<String>,
    /// Loaders of one message: those of a subscription would remember what the first message read for ever.
    fresh: Option<Arc<Loaders>>,
}

impl Channel {
    pub(crate) fn new(row: channel::Model) -> Self {
        Self::with(row, None)
    }

    pub(crate) fn numbered((row, number): service::Numbered) -> Self {
        Self {
            row,
            number,
            fresh: None,
        }
    }

    pub(crate) fn with(row: channel::Model, fresh: Option<Arc<Loaders>>) -> Self {
        Self {
            row,
            number: None,
            fresh,
        }
    }

    fn programme(&self, row: impl Into<Arc<programme::Model>>) -> Programme {
        Programme::with(row, self.fresh.clone())
    }

    fn loaders<'a>(&'a self, ctx: &Context<'a>) -> &'a Loaders {
        self.fresh.as_deref().unwrap_or_else(|| loaders(ctx))
    }

    async fn now_next(&self, ctx: &Context<'_>) -> Result<NowNext> {
        Ok(self.loaders(ctx).now_next.load(self.row.id).await?.unwrap_or_default())
    }
}

/// A linear channel.
#[Object(directive = CacheControl::apply(60, CacheScope::Public))]
impl Channel {
    /// The channel's id.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.into()
    }

    /// Its place on the remote: `5.1` exists. No two channels share it. In a list of a line-up's channels, its place
    /// there.
    async fn number(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.row.number)
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Where its logo is; null when it has none.
    async fn logo_url(&self, ctx: &Context<'_>) -> Option<String> {
        livetv(ctx).logo_url(&self.row)
    }

    /// Packages that include it; empty when it is free.
    async fn packages(&self) -> &[String] {
        &self.row.packages.0
    }

    /// Its id in XMLTV guides; null when it was made by hand.
    async fn xmltv_id(&self) -> Option<&str> {
        self.row.xmltv_id.as_deref()
    }

    /// The zone in which its times are shown, an IANA name like `Europe/London`; null: the viewer's own.
    async fn time_zone(&self) -> Option<&str> {
        self.row.time_zone.as_deref()
    }

    /// Where it streams, best first. For editors; a request of others that asks for it is refused.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn stream_sources(&self) -> Option<Vec<StreamSource>> {
        let mut sources: Vec<_> = self.row.sources.0.iter().map(StreamSource::from).collect();
        sources.sort_by_key(|source| source.priority);
        Some(sources)
    }

    /// What can be watched later.
    async fn catch_up(&self) -> ChannelCatchUp {
        ChannelCatchUp {
            hours: self.row.catch_up_hours.unwrap_or(0),
            start_over: self.row.start_over,
        }
    }

    /// What is on; null in a gap of the guide.
    async fn now(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        Ok(self.now_next(ctx).await?.now.map(|row| self.programme(row)))
    }

    /// What begins next, within two days; null when the guide ends.
    async fn next(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        Ok(self.now_next(ctx).await?.next.map(|row| self.programme(row)))
    }

    /// Programmes that overlap `[from, to)`, sorted by start; at most 48 hours.
    #[graphql(complexity = "20 * child_complexity", directive = ListSize::apply(Size::assumed(20)))]
    async fn schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First instant.")] from: DateTime<Utc>,
        #[graphql(desc = "First instant after it.")] to: DateTime<Utc>,
    ) -> Result<Vec<Programme>> {
        let window = Window::try_new(from, to)?;
        let programmes = self.loaders(ctx).schedules.load((self.row.id, window)).await?;
        Ok(programmes
            .unwrap_or_default()
            .into_iter()
            .map(|row| self.programme(row))
            .collect())
    }
}

/// What of a channel can be watched later.
#[derive(SimpleObject)]
pub struct ChannelCatchUp {
    /// Hours after the end of a programme; 0 is not at all.
    hours: i32,
    /// A running programme can be watched from its start.
    start_over: bool,
}

/// What of a channel can be watched later.
#[derive(InputObject)]
pub struct CatchUpInput {
    /// Hours after the end of a programme, at most 744; 0 is not at all.
    hours: i32,
    /// A running programme can be watched from its start.
    #[graphql(default = false)]
    start_over: bool,
}

impl From<CatchUpInput> for service::CatchUp {
    fn from(window: CatchUpInput) -> Self {
        Self {
            hours: window.hours,
            start_over: window.start_over,
        }
    }
}

/// A list of channels: names its connection.
pub struct Channels;

impl ListName for Channels {
    const NAME: &'static str = "Channel";
}

/// Where a channel streams.
#[derive(SimpleObject)]
pub struct StreamSource {
    /// `HLS` or `DASH`.
    protocol: StreamSourceProtocol,
    /// The upstream's manifest.
    url: String,
    /// Lower is tried first.
    priority: i32,
    /// Systems that protect it; empty in the clear.
    drm: Vec<UpstreamDrm>,
    /// Where the upstream has the past; null when it has none.
    catch_up_template: Option<String>,
}

/// Systems that protect an upstream.
#[derive(async_graphql::Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamDrm {
    /// W3C Clear Key.
    #[graphql(name = "CLEARKEY")]
    ClearKey,
    /// Google's.
    Widevine,
    /// Microsoft's.
    #[graphql(name = "PLAYREADY")]
    PlayReady,
    /// Apple's.
    #[graphql(name = "FAIRPLAY")]
    FairPlay,
}

impl UpstreamDrm {
    const ALL: [Self; 4] = [Self::ClearKey, Self::Widevine, Self::PlayReady, Self::FairPlay];

    const fn name(self) -> &'static str {
        match self {
            Self::ClearKey => "CLEARKEY",
            Self::Widevine => "WIDEVINE",
            Self::PlayReady => "PLAYREADY",
            Self::FairPlay => "FAIRPLAY",
        }
    }
}

/// How an upstream streams.
#[derive(async_graphql::Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamSourceProtocol {
    /// HTTP Live Streaming (RFC 8216).
    Hls,
    /// MPEG-DASH.
    Dash,
}

impl From<&events::StreamSource> for StreamSource {
    fn from(source: &events::StreamSource) -> Self {
        let protocol = if source.protocol == "DASH" {
            StreamSourceProtocol::Dash
        } else {
            StreamSourceProtocol::Hls
        };
        Self {
            protocol,
            url: source.url.clone(),
            priority: source.priority,
            drm: UpstreamDrm::ALL
                .into_iter()
                .filter(|system| source.drm.iter().any(|name| name == system.name()))
                .collect(),
            catch_up_template: source.catch_up_template.clone(),
        }
    }
}

/// Where a channel streams.
#[derive(InputObject)]
pub struct StreamSourceInput {
    /// How the upstream streams.
    protocol: StreamSourceProtocol,
    /// The upstream's manifest: a web address.
    url: String,
    /// Lower is tried first.
    #[graphql(default = 0)]
    priority: i32,
    /// Systems that protect it; empty in the clear.
    #[graphql(default)]
    drm: Vec<UpstreamDrm>,
    /// Where the upstream has the past, as M3U lists write `catchup-source`: a web address with `{start}` or `{utc}`
    /// (seconds since 1970), `{end}` and `{duration}` (seconds) to fill in.
    catch_up_template: Option<String>,
}

impl From<StreamSourceInput> for events::StreamSource {
    fn from(source: StreamSourceInput) -> Self {
        let protocol = match source.protocol {
            StreamSourceProtocol::Hls => "HLS",
            StreamSourceProtocol::Dash => "DASH",
        };
        Self {
            protocol: protocol.to_owned(),
            url: source.url,
            priority: source.priority,
            drm: source.drm.into_iter().map(|system| system.name().to_owned()).collect(),
            catch_up_template: source.catch_up_template.filter(|template| !template.is_empty()),
        }
    }
}

/// Which channels a list has.
#[derive(InputObject, Default)]
pub struct ChannelFilter {
    /// Part of the name or of the number; at most 200 bytes.
    query: Option<String>,
    /// In one of these packages, at most 20.
    packages: Option<Vec<String>>,
    /// Shown by a line-up for this region: `GB` or `GB-SCT`.
    region: Option<String>,
    /// Showing a programme of this genre now; an answer may be a minute old.
    genre: Option<ProgrammeGenre>,
}

impl ChannelFilter {
    pub(crate) fn read(self, order: ChannelOrder, lineup: Option<Uuid>) -> service::ChannelFilter {
        service::ChannelFilter {
            query: self.query.filter(|query| !query.trim().is_empty()),
            packages: self.packages.unwrap_or_default(),
            region: self.region,
            lineup,
            genre: self.genre.map(Into::into),
            order: order.into(),
        }
    }
}

/// The order of a list of channels.
#[derive(async_graphql::Enum, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[graphql(remote = "crate::service::ChannelOrder")]
pub enum ChannelOrder {
    /// By number: of the line-up, if one is named.
    #[default]
    Number,
    /// By name.
    Name,
}

/// A row of the guide grid.
pub struct ChannelSchedule(pub(crate) service::Schedule);

/// A channel and its programmes in a window.
#[Object]
impl ChannelSchedule {
    /// The channel.
    async fn channel(&self) -> Channel {
        Channel::new(self.0.channel.clone())
    }

    /// Its programmes that overlap the window, sorted by start.
    #[graphql(directive = ListSize::apply(Size::assumed(20)))]
    async fn programmes(&self) -> Vec<Programme> {
        self.0.programmes.iter().cloned().map(Programme::new).collect()
    }
}

/// What is on a channel now, and what follows.
pub struct ChannelNowNext {
    pub(crate) on_air: Arc<OnAir>,
    pub(crate) fresh: Arc<Loaders>,
}

impl ChannelNowNext {
    fn programme(&self, row: Option<&Arc<programme::Model>>) -> Option<Programme> {
        row.map(|row| Programme::with(row.clone(), Some(self.fresh.clone())))
    }
}

/// What is on a channel now, and what follows.
#[Object]
impl ChannelNowNext {
    /// The channel.
    async fn channel(&self) -> Channel {
        Channel::with(self.on_air.channel.clone(), Some(self.fresh.clone()))
    }

    /// What is on; null in a gap of the guide.
    async fn now(&self) -> Option<Programme> {
        self.programme(self.on_air.state.now.as_ref())
    }

    /// What begins next, within two days; null when the guide ends.
    async fn next(&self) -> Option<Programme> {
        self.programme(self.on_air.state.next.as_ref())
    }
}
