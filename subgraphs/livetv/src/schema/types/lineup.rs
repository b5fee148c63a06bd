//! Line-ups in the graph.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use graphql::{Connection, Count, ListName, PageInput, Result, connection, page_request};

use super::{
    channel::{Channel, Channels},
    livetv,
};
use crate::{entities::lineup, service::ChannelFilter};

/// Which channels a region has, and at which numbers.
pub struct Lineup(pub(crate) lineup::Model);

/// Which channels a region has, and at which numbers.
#[Object]
impl Lineup {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its name; no two line-ups share it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is for: countries (ISO 3166-1) and their parts (ISO 3166-2).
    async fn regions(&self) -> &[String] {
        &self.0.regions.0
    }

    /// Its channels by their number there, which is their `number` in this list.
    async fn channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<Channel, Channels>> {
        let request = page_request(first, after, page)?;
        let filter = ChannelFilter {
            lineup: Some(self.0.id),
            ..ChannelFilter::default()
        };
        let livetv = livetv(ctx).clone();
        let page = livetv.list_channels(&filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_channels(&filter).await?) }
        });
        Ok(connection(page.map(Channel::numbered), count))
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// A list of line-ups: names its connection.
pub struct Lineups;

impl ListName for Lineups {
    const NAME: &'static str = "Lineup";
}

/// A channel's place in a line-up.
pub struct LineupPlace {
    pub(crate) lineup: lineup::Model,
    pub(crate) place: crate::entities::lineup_channel::Model,
}

/// A channel's place in a line-up.
#[Object]
impl LineupPlace {
    /// The line-up.
    async fn lineup(&self) -> Lineup {
        Lineup(self.lineup.clone())
    }

    /// The channel's number there.
    async fn number(&self) -> &str {
        &self.place.number
    }

    /// The line-up keeps the number but does not show the channel.
    async fn hidden(&self) -> bool {
        self.place.hidden
    }
}
