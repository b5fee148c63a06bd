//! Plans.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use graphql::{
    Money, Result,
    directives::{CacheControl, CacheScope, CacheWithParent},
};

use crate::{entities::plan, service::money};

/// How often a plan is paid.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanInterval {
    /// Every calendar month.
    Month,
    /// Every calendar year.
    Year,
}

/// What is sold by subscription.
pub(crate) struct Plan(pub(crate) Arc<plan::Model>);

impl From<plan::Model> for Plan {
    fn from(row: plan::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// What is sold by subscription.
#[Object(directive = CacheControl::apply(60, CacheScope::Public))]
impl Plan {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// One sentence.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Price of one interval.
    #[graphql(directive = CacheWithParent::apply())]
    async fn price(&self) -> Result<Money> {
        Ok(money(self.0.price_minor, &self.0.currency)?.into())
    }

    /// How often it is paid.
    async fn interval(&self) -> PlanInterval {
        match self.0.interval {
            plan::Interval::Month => PlanInterval::Month,
            plan::Interval::Year => PlanInterval::Year,
        }
    }

    /// Whether it can still be taken; who has it keeps it.
    async fn on_sale(&self) -> bool {
        !self.0.withdrawn
    }

    /// Days before the first payment of a new subscriber; 0 without a trial.
    async fn trial_days(&self) -> i32 {
        self.0.trial_days
    }

    /// Packages it includes.
    async fn entitlements(&self) -> &[String] {
        &self.0.entitlements.0
    }

    /// Streams at the same time.
    async fn max_streams(&self) -> i32 {
        self.0.max_streams
    }
}
