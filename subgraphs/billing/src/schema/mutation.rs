//! What can be changed.

use async_graphql::{Context, Object};
use graphql::{Result, SignedIn, directives::Authenticated, viewer};
use kernel::SubscriptionId;

use super::{
    billing,
    inputs::{CancelSubscriptionInput, PurchaseContentInput, RentContentInput, SubscribeInput},
    types::{
        problems::{
            CancelSubscriptionPayload, CancelSubscriptionProblem, PurchaseContentPayload, RentContentPayload,
            SubscribePayload,
        },
        purchase::Purchase,
        rental::Rental,
        subscription::PlanSubscription,
    },
};
use crate::{domain::problem::SaleProblem, service::CancelProblem};

/// What can be changed.
pub(crate) struct Sales;

#[Object]
impl Sales {
    /// Subscribes to a plan, with its trial the first time. The same key with the same input gives the same answer.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn subscribe(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is ordered, and how it is paid.")] input: SubscribeInput,
    ) -> Result<SubscribePayload> {
        let viewer = viewer(ctx)?;
        let id = match billing(ctx).sell(viewer, input.read()?).await? {
            Ok(id) => id,
            Err(problem) => {
                return Ok(SubscribePayload {
                    subscription: None,
                    problem: Some(problem.into()),
                });
            }
        };
        let found = billing(ctx)
            .find_subscription(viewer.account, SubscriptionId(id))
            .await?;
        Ok(SubscribePayload {
            subscription: found.map(PlanSubscription),
            problem: None,
        })
    }

    /// Cancels a subscription of the viewer's, with the period that is paid or at once; nothing is paid back.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn cancel_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and when.")] input: CancelSubscriptionInput,
    ) -> Result<CancelSubscriptionPayload> {
        let viewer = viewer(ctx)?;
        let id = match input.subscription_id {
            Some(id) => Some(SubscriptionId::parse("input.subscriptionId", &id)?),
            None => billing(ctx)
                .current_subscription(viewer.account)
                .await?
                .map(|row| row.subscription()),
        };
        let Some(id) = id else {
            return Ok(CancelSubscriptionPayload {
                subscription: None,
                problem: Some(CancelProblem::NotFound.into()),
            });
        };
        let cancelled = billing(ctx).cancel(viewer, id, input.at_period_end).await?;
        Ok(match cancelled {
            Ok(row) => CancelSubscriptionPayload {
                subscription: Some(PlanSubscription(row)),
                problem: None,
            },
            Err(problem) => CancelSubscriptionPayload {
                subscription: None,
                problem: Some(CancelSubscriptionProblem::from(problem)),
            },
        })
    }

    /// Rents a title or a channel for the time of the offer. The same key with the same input gives the same answer.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn rent_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is ordered, and how it is paid.")] input: RentContentInput,
    ) -> Result<RentContentPayload> {
        let viewer = viewer(ctx)?;
        let order = match input.read(billing(ctx)).await? {
            Some(order) => billing(ctx).sell(viewer, order).await?,
            None => Err(SaleProblem::OfferNotFound),
        };
        let id = match order {
            Ok(id) => id,
            Err(problem) => {
                return Ok(RentContentPayload {
                    rental: None,
                    problem: Some(problem.into()),
                });
            }
        };
        let found = billing(ctx).find_rental(viewer.account, id).await?;
        Ok(RentContentPayload {
            rental: found.map(Rental),
            problem: None,
        })
    }

    /// Buys a title or a channel for good. The same key with the same input gives the same answer.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn purchase_content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is ordered, and how it is paid.")] input: PurchaseContentInput,
    ) -> Result<PurchaseContentPayload> {
        let viewer = viewer(ctx)?;
        let order = match input.read(billing(ctx)).await? {
            Some(order) => billing(ctx).sell(viewer, order).await?,
            None => Err(SaleProblem::OfferNotFound),
        };
        let id = match order {
            Ok(id) => id,
            Err(problem) => {
                return Ok(PurchaseContentPayload {
                    purchase: None,
                    problem: Some(problem.into()),
                });
            }
        };
        let found = billing(ctx).find_purchase(viewer.account, id).await?;
        Ok(PurchaseContentPayload {
            purchase: found.map(Purchase),
            problem: None,
        })
    }
}
