//! Channels as their editors see them.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};

use super::{channel::Channel, import::EpgImport, lineup::LineupPlace, loaders};
use crate::{entities::channel, service};

/// A channel with what only its editors see.
pub struct AdminChannel(pub(crate) channel::Model);

/// A channel with what only its editors see.
#[Object]
impl AdminChannel {
    /// The channel.
    async fn channel(&self) -> Channel {
        Channel::new(self.0.clone())
    }

    /// It was deleted: viewers do not find it, guides do not make it anew; `restoreChannel` brings it back.
    async fn deleted(&self) -> bool {
        self.0.deleted
    }

    /// Lists leave it out; by its id it is there.
    async fn hidden(&self) -> bool {
        self.0.hidden
    }

    /// It has something to play: an upstream, or a film that it loops.
    async fn has_stream(&self) -> bool {
        !self.0.sources.0.is_empty() || self.0.loops.is_some()
    }

    /// Where its guide begins; null without one.
    async fn covered_from(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let covered = loaders(ctx).covered.load(self.0.id).await?;
        Ok(covered.and_then(|covered| covered.from))
    }

    /// Where its guide ends; null without one.
    async fn covered_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let covered = loaders(ctx).covered.load(self.0.id).await?;
        Ok(covered.and_then(|covered| covered.until))
    }

    /// The import that last changed its guide; null when none did within the days that changes are kept.
    async fn last_import(&self, ctx: &Context<'_>) -> Result<Option<EpgImport>> {
        Ok(loaders(ctx).last_imports.load(self.0.id).await?.map(EpgImport))
    }

    /// The line-ups that it is in.
    async fn lineups(&self, ctx: &Context<'_>) -> Result<Vec<LineupPlace>> {
        let places = loaders(ctx).lineups.load(self.0.id).await?.unwrap_or_default();
        let place = |(lineup, place)| LineupPlace { lineup, place };
        Ok(places.into_iter().map(place).collect())
    }

    /// Grows with every change.
    async fn version(&self) -> String {
        self.0.version.to_string()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A list of channels for editors: names its connection.
pub struct AdminChannels;

impl ListName for AdminChannels {
    const NAME: &'static str = "AdminChannel";
}

/// Which channels a list for editors has.
#[derive(InputObject, Default)]
pub struct AdminChannelFilter {
    /// Part of the name or of the number; at most 200 bytes.
    query: Option<String>,
    /// In this package.
    package: Option<String>,
    /// Shown by a line-up for this region: `GB` or `GB-SCT`.
    region: Option<String>,
    /// True: only deleted ones. False: only living ones.
    deleted: Option<bool>,
    /// True: only hidden ones. False: only those that lists show.
    hidden: Option<bool>,
    /// Only those with nothing to play.
    #[graphql(default = false)]
    without_stream: bool,
    /// Only those whose guide has ended.
    #[graphql(default = false)]
    without_guide: bool,
}

impl From<AdminChannelFilter> for service::AdminFilter {
    fn from(filter: AdminChannelFilter) -> Self {
        Self {
            query: filter.query.filter(|query| !query.trim().is_empty()),
            package: filter.package,
            region: filter.region,
            deleted: filter.deleted,
            hidden: filter.hidden,
            without_stream: filter.without_stream,
            without_guide: filter.without_guide,
        }
    }
}
