//! Federation keys in, objects out. Unknown and malformed keys resolve to nothing.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::{AccountId, OfferId, PlanId, TitleId};

use super::types::{offer::Offer, plan::Plan, title::Title, viewer::Viewer};
use crate::loaders::loaders;

/// Entities by key.
#[derive(Default)]
pub(crate) struct References;

#[Object]
impl References {
    #[graphql(entity)]
    async fn find_plan(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Plan>> {
        let Ok(id) = PlanId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).plans.load(id.0).await?.map(Plan))
    }

    #[graphql(entity)]
    async fn find_offer(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Offer>> {
        let Ok(id) = OfferId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).offers.load(id.0).await?.map(Offer))
    }

    #[graphql(entity)]
    async fn find_viewer(&self, id: ID) -> Option<Viewer> {
        AccountId::parse("id", &id).ok().map(Viewer)
    }

    #[graphql(entity)]
    async fn find_title(&self, id: ID) -> Option<Title> {
        TitleId::parse("id", &id).ok().map(Title)
    }
}
