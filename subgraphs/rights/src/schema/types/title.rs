//! What rights adds to titles.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::TitleId;

use super::access::AccessDecision;

/// A title of the catalogue.
pub(crate) struct Title(pub(crate) TitleId);

/// A title of the catalogue.
#[Object(interface_object)]
impl Title {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// Whether the viewer may watch it now; null only when rights does not answer.
    async fn access(&self, ctx: &Context<'_>) -> Result<Option<AccessDecision>> {
        Ok(Some(AccessDecision::of(ctx, self.0.0).await?))
    }
}
