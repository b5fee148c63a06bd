//! Offers.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use graphql::{Money, Result};

use super::plan::Plan;
use crate::{entities::offer, loaders::loaders, service::money};

/// How an offer sells.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfferKind {
    /// For a time.
    Rental,
    /// For good.
    Purchase,
    /// By a plan.
    Subscription,
}

/// What is sold: for a title or a channel, or by a plan.
pub(crate) struct Offer(pub(crate) Arc<offer::Model>);

impl From<offer::Model> for Offer {
    fn from(row: offer::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// What is sold: for a title or a channel, or by a plan.
#[Object]
impl Offer {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// How it sells.
    async fn kind(&self) -> OfferKind {
        match self.0.kind {
            offer::Kind::Rental => OfferKind::Rental,
            offer::Kind::Purchase => OfferKind::Purchase,
            offer::Kind::Subscription => OfferKind::Subscription,
        }
    }

    /// What it costs: once, or for one interval of the plan.
    async fn price(&self) -> Result<Money> {
        Ok(money(self.0.price_minor, &self.0.currency)?.into())
    }

    /// Hours of a rental; null otherwise.
    async fn duration_hours(&self) -> Option<i32> {
        self.0.duration_hours
    }

    /// The plan, for an offer of kind `SUBSCRIPTION`; null otherwise.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>> {
        match self.0.plan_id {
            Some(id) => Ok(loaders(ctx).plans.load(id).await?.map(Plan)),
            None => Ok(None),
        }
    }
}
