//! Federation keys in, objects out.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::{ChannelId, ProgrammeId};

use super::types::{channel::Channel, loaders, programme::Programme};

/// Entities that other subgraphs refer to.
#[derive(Default)]
pub struct References;

/// Entities that other subgraphs refer to.
#[Object]
impl References {
    /// A channel by its key.
    #[graphql(entity)]
    async fn find_channel(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Channel>> {
        let Ok(id) = ChannelId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).channels.load(id.0).await?.map(Channel::new))
    }

    /// A programme by its key.
    #[graphql(entity)]
    async fn find_programme(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Programme>> {
        let Ok(id) = ProgrammeId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).programmes.load(id.0).await?.map(Programme::new))
    }
}
