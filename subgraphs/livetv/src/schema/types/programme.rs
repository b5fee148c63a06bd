//! Programmes in the graph.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::Result;

use super::{channel::Channel, loaders};
use crate::entities::programme;

/// One scheduled showing on a channel.
pub struct Programme(pub(crate) programme::Model);

/// One scheduled showing on a channel.
#[Object]
impl Programme {
    /// The programme's id; it stays when an import changes other fields than the start.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its channel; null when that was deleted a moment ago.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        Ok(loaders(ctx).channels.load(self.0.channel_id).await?.map(Channel::new))
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its subtitle: an episode's name, or a film's year.
    async fn subtitle(&self) -> Option<&str> {
        self.0.subtitle.as_deref()
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// First instant.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// First instant after it.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// Its categories, main one first.
    async fn categories(&self) -> &[String] {
        &self.0.categories.0
    }

    /// Which episode it is; null when it is none, or nobody says.
    async fn episode(&self) -> Option<ProgrammeEpisode> {
        let (season, number) = (self.0.season, self.0.episode);
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
