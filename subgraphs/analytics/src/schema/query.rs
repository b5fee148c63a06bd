//! Root fields of analytics.

use async_graphql::{Context, Object};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::Instant;

use super::types::{MetricInterval, MetricResult, MetricType};
use crate::service::Analytics;

/// Root fields of analytics.
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// How often something happened, over time. Role: ANALYST or ADMIN.
    #[graphql(guard = "Require(&[Role::Analyst])", directive = RequiresRole::apply(&[Role::Analyst]))]
    async fn metrics(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "What is counted.")] metric: MetricType,
        #[graphql(desc = "From this instant.")] from: Instant,
        #[graphql(desc = "To this instant, which is after `from`.")] to: Instant,
        #[graphql(desc = "The width of a point; absent: one that fits. A chart has at most 2,000 points.")]
        interval: Option<MetricInterval>,
    ) -> Result<MetricResult> {
        let analytics = ctx.data_unchecked::<Analytics>();
        Ok(MetricResult(
            analytics
                .series(metric.into(), from, to, interval.map(Into::into))
                .await?,
        ))
    }
}
