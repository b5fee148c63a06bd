//! What rights adds to channels.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::ChannelId;

use super::access::AccessDecision;

/// A linear channel of live TV.
pub(crate) struct Channel(pub(crate) ChannelId);

/// A linear channel of live TV.
#[Object]
impl Channel {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// Whether the viewer may watch it now; null only when rights does not answer.
    async fn access(&self, ctx: &Context<'_>) -> Result<Option<AccessDecision>> {
        Ok(Some(AccessDecision::of(ctx, self.0.0).await?))
    }
}
