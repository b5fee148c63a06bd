//! Blackouts in the graph.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};
use kernel::{ChannelId, ProgrammeId};

use super::{channel::Channel, loaders, programme::Programme};
use crate::{entities::blackout, service};

/// What a blackout takes away.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::blackout::Scope")]
pub enum BlackoutScope {
    /// Watching, at whatever time.
    Everything,
    /// Watching at another time than when it is on: neither start-over nor catch-up.
    CatchUp,
}

/// What may not be watched somewhere, for a time.
pub struct Blackout(pub(crate) blackout::Model);

/// What may not be watched somewhere, for a time.
#[Object]
impl Blackout {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The channel; null when it is of a programme, or the channel was deleted.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let Some(id) = self.0.channel_id else { return Ok(None) };
        Ok(loaders(ctx).channels.load(id).await?.map(Channel::new))
    }

    /// The programme; null when it is of a channel, or the programme is gone.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        let Some(id) = self.0.programme_id else { return Ok(None) };
        Ok(loaders(ctx).programmes.load(id).await?.map(Programme::new))
    }

    /// What it takes away.
    async fn scope(&self) -> BlackoutScope {
        self.0.scope.into()
    }

    /// Where: countries (ISO 3166-1) and their parts (ISO 3166-2); empty is everywhere.
    async fn regions(&self) -> &[String] {
        &self.0.regions.0
    }

    /// From; null is always.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.0.starts_at
    }

    /// Until; null is for ever.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// Why, for staff.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// A list of blackouts: names its connection.
pub struct Blackouts;

impl ListName for Blackouts {
    const NAME: &'static str = "Blackout";
}

/// Which blackouts a list has.
#[derive(InputObject, Default)]
pub struct BlackoutFilter {
    /// Of this channel.
    channel_id: Option<ID>,
    /// Of this programme.
    programme_id: Option<ID>,
    /// True: only those that hold now. False: only the others.
    active: Option<bool>,
}

impl BlackoutFilter {
    pub(crate) fn read(self) -> Result<service::BlackoutFilter> {
        let channel = self.channel_id.map(|id| ChannelId::parse("filter.channelId", &id));
        let programme = self
            .programme_id
            .map(|id| ProgrammeId::parse("filter.programmeId", &id));
        Ok(service::BlackoutFilter {
            channel: channel.transpose()?.map(|id| id.0),
            programme: programme.transpose()?.map(|id| id.0),
            active: self.active,
        })
    }
}
