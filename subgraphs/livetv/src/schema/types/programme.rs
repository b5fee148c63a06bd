//! Programmes in the graph.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::Result;

use super::{channel::Channel, loaders};
use crate::{entities::programme, loaders::Loaders};

/// One scheduled showing on a channel.
pub struct Programme {
    row: programme::Model,
    /// Loaders of one message of a subscription; see [`Channel`].
    fresh: Option<Loaders>,
}

impl Programme {
    pub(crate) fn new(row: programme::Model) -> Self {
        Self { row, fresh: None }
    }

    pub(crate) fn with(row: programme::Model, fresh: Option<Loaders>) -> Self {
        Self { row, fresh }
    }
}

/// One scheduled showing on a channel.
#[Object]
impl Programme {
    /// The programme's id; it stays when an import changes other fields than the start.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.into()
    }

    /// Its channel; null when that was deleted a moment ago.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let loaders = self.fresh.as_ref().unwrap_or_else(|| loaders(ctx));
        let row = loaders.channels.load(self.row.channel_id).await?;
        Ok(row.map(|row| Channel::with(row, self.fresh.clone())))
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Its subtitle: an episode's name, or a film's year.
    async fn subtitle(&self) -> Option<&str> {
        self.row.subtitle.as_deref()
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// First instant.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.row.starts_at
    }

    /// First instant after it.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.row.ends_at
    }

    /// Its categories, main one first.
    async fn categories(&self) -> &[String] {
        &self.row.categories.0
    }

    /// Which episode it is; null when it is none, or nobody says.
    async fn episode(&self) -> Option<ProgrammeEpisode> {
        let (season, number) = (self.row.season, self.row.episode);
        (season.is_some() || number.is_some()).then_some(ProgrammeEpisode { season, number })
    }
}

/// Which episode a programme is.
#[derive(SimpleObject)]
pub struct ProgrammeEpisode {
    /// Season, from 1; null when nobody says.
    season: Option<i32>,
    /// Episode in the season, from 1; null when nobody says.
    number: Option<i32>,
}
