//! What mutations take.

use async_graphql::{ID, InputObject};
use graphql::Result;
use kernel::{OfferId, PlanId, parse_uuid};

use crate::{
    entities::offer::Kind,
    service::{Billing, Order, Request},
};

/// What `subscribe` needs.
#[derive(InputObject)]
pub(crate) struct SubscribeInput {
    /// The plan.
    plan_id: ID,
    /// The gateway's token of a way to pay: `sandbox-ok`, `sandbox-declined`, `sandbox-challenge` in the sandbox.
    payment_method: String,
    /// A promotion.
    promo_code: Option<String>,
    /// The client's key of this order, at most 128 bytes: money moves at most once for it.
    idempotency_key: String,
}

impl SubscribeInput {
    pub(crate) fn read(self) -> Result<Order> {
        let plan = PlanId::parse("input.planId", &self.plan_id)?.0;
        Ok(Order {
            request: Request::Subscription {
                plan,
                promo_code: self.promo_code,
            },
            payment_method: self.payment_method,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What `rentContent` needs.
#[derive(InputObject)]
pub(crate) struct RentContentInput {
    /// The title or channel.
    content_id: ID,
    /// A rental offer of it; the cheapest when absent.
    offer_id: Option<ID>,
    /// Only an offer for so many hours, when no offer is named.
    duration_hours: Option<i32>,
    /// The gateway's token of a way to pay.
    payment_method: String,
    /// The client's key of this order, at most 128 bytes: money moves at most once for it.
    idempotency_key: String,
}

impl RentContentInput {
    /// The order; `None` when there is no such offer.
    pub(crate) async fn read(self, billing: &Billing) -> Result<Option<Order>> {
        let content = parse_uuid("input.contentId", &self.content_id)?;
        let offer = match self.offer_id {
            Some(id) => Some(OfferId::parse("input.offerId", &id)?.0),
            None => billing.cheapest(content, Kind::Rental, self.duration_hours).await?,
        };
        Ok(offer.map(|offer| Order {
            request: Request::Rental { content, offer },
            payment_method: self.payment_method,
            idempotency_key: self.idempotency_key,
        }))
    }
}

/// What `purchaseContent` needs.
#[derive(InputObject)]
pub(crate) struct PurchaseContentInput {
    /// The title or channel.
    content_id: ID,
    /// A purchase offer of it; the cheapest when absent.
    offer_id: Option<ID>,
    /// The gateway's token of a way to pay.
    payment_method: String,
    /// The client's key of this order, at most 128 bytes: money moves at most once for it.
    idempotency_key: String,
}

impl PurchaseContentInput {
    /// The order; `None` when there is no such offer.
    pub(crate) async fn read(self, billing: &Billing) -> Result<Option<Order>> {
        let content = parse_uuid("input.contentId", &self.content_id)?;
        let offer = match self.offer_id {
            Some(id) => Some(OfferId::parse("input.offerId", &id)?.0),
            None => billing.cheapest(content, Kind::Purchase, None).await?,
        };
        Ok(offer.map(|offer| Order {
            request: Request::Purchase { content, offer },
            payment_method: self.payment_method,
            idempotency_key: self.idempotency_key,
        }))
    }
}

/// What `cancelSubscription` needs.
#[derive(InputObject)]
pub(crate) struct CancelSubscriptionInput {
    /// The subscription; the viewer's current one when absent.
    pub(crate) subscription_id: Option<ID>,
    /// True: it ends with the period that is paid. False: at once.
    #[graphql(default = true)]
    pub(crate) at_period_end: bool,
}
