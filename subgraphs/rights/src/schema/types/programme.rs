//! What rights adds to programmes.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::ProgrammeId;

use super::access::AccessDecision;

/// One scheduled showing on a channel.
pub(crate) struct Programme(pub(crate) ProgrammeId);

/// One scheduled showing on a channel.
#[Object]
impl Programme {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// Whether the viewer may watch it now: while it is on, and as long as its channel lets it be watched later; null
    /// only when rights does not answer.
    async fn access(&self, ctx: &Context<'_>) -> Result<Option<AccessDecision>> {
        Ok(Some(AccessDecision::of(ctx, self.0.0).await?))
    }
}
