//! What can be asked at the root.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::{DEFAULT_PAGE, PageRequest, parse_uuid};

use super::{
    billing,
    types::{offer::Offer, plan::Plan},
};

/// What can be asked at the root.
#[derive(Default)]
pub(crate) struct Roots;

#[Object]
impl Roots {
    /// Plans on sale, in the order in which they are shown. Anyone may ask.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Vec<Plan>> {
        let plans = billing(ctx).plans().await?;
        Ok(plans.into_iter().map(Plan::from).collect())
    }

    /// What is sold for a title or a channel, cheapest first. Anyone may ask.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Title or channel.")] content_id: ID,
        #[graphql(desc = "How many, 10 when absent, at most 50.")] first: Option<i32>,
    ) -> Result<Vec<Offer>> {
        let content = parse_uuid("contentId", &content_id)?;
        let offers = billing(ctx)
            .offers_for(content, PageRequest::count(first, DEFAULT_PAGE)?)
            .await?;
        Ok(offers.into_iter().map(Offer::from).collect())
    }
}
