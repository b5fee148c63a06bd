//! Subscriptions to plans. (`Subscription` is the graph's root.)

use async_graphql::{Context, Enum, ID, Object};
use graphql::Result;
use kernel::Instant;

use super::plan::Plan;
use crate::{Error, entities::subscription, loaders::loaders};

/// How a subscription stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubscriptionStatus {
    /// Not paid yet: the trial runs.
    Trialing,
    /// Paid, and renewed at the end of the period.
    Active,
    /// Cancelled: it ends with the period.
    Canceled,
    /// Over.
    Ended,
}

/// A subscription to a plan.
pub(crate) struct PlanSubscription(pub(crate) subscription::Model);

/// A subscription to a plan.
#[Object]
impl PlanSubscription {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// How it stands.
    async fn status(&self) -> SubscriptionStatus {
        match self.0.status {
            subscription::Status::Trialing => SubscriptionStatus::Trialing,
            subscription::Status::Active => SubscriptionStatus::Active,
            subscription::Status::Canceled => SubscriptionStatus::Canceled,
            subscription::Status::Ended => SubscriptionStatus::Ended,
        }
    }

    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Plan> {
        let found = loaders(ctx).plans.load(self.0.plan_id).await?;
        Ok(Plan(
            found.ok_or_else(|| Error::Row(format!("no plan {}", self.0.plan_id)))?,
        ))
    }

    /// When it was taken.
    async fn created_at(&self) -> Instant {
        self.0.created_at
    }

    /// When the trial ends, or ended; null without one.
    async fn trial_ends_at(&self) -> Option<Instant> {
        self.0.trial_ends_at
    }

    /// When the current period ends: it is renewed then, unless it was cancelled.
    async fn current_period_ends_at(&self) -> Instant {
        self.0.current_period_ends_at
    }

    /// When it was cancelled; null when it was not.
    async fn canceled_at(&self) -> Option<Instant> {
        self.0.canceled_at
    }

    /// When it ends for good, or ended; null while it renews itself.
    async fn ends_at(&self) -> Option<Instant> {
        self.0.ends_at
    }
}
