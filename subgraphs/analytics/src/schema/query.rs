//! Root fields of analytics.

use async_graphql::{Context, ID, Object};
use auth::Role;
use graphql::{
    Connection, Count, Require, Result, SignedIn, connection,
    directives::{Authenticated, CacheControl, CacheScope, Cost, ListSize, RequiresRole, Size},
    viewer,
};
use kernel::{Instant, PageRequest, Refusal};
use uuid::Uuid;

use super::types::{ApiUsage, ApiUsages, ErrorClass, MetricInterval, MetricResult, MetricType};
use crate::service::{Analytics, UsageFilter};

/// Root fields of analytics.
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// How often something happened, over time. Role: ANALYST or ADMIN.
    #[graphql(
        guard = "Require(&[Role::Analyst])",
        directive = RequiresRole::apply(&[Role::Analyst]),
        directive = Cost::apply(20)
    )]
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

    /// Every code that an error of the graph or of REST can have, and what it means: for who writes a client.
    #[graphql(
        directive = CacheControl::apply(3600, CacheScope::Public),
        directive = ListSize::apply(Size::assumed(20))
    )]
    async fn error_catalog(&self) -> Vec<ErrorClass> {
        graphql::error_classes().map(ErrorClass).collect()
    }

    /// Who used the graph for what, the most used first: each client, version, key and operation once. Whole hours that
    /// overlap the time asked for; routers report every few seconds. ANALYST and ADMIN see everybody's, others what
    /// their own API keys were used for.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the graph")]
    async fn api_usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From this instant.")] from: Instant,
        #[graphql(desc = "To this instant, which is after `from`, at most 400 days.")] to: Instant,
        #[graphql(desc = "The name of the application, as it says; absent: all.")] client_name: Option<String>,
        #[graphql(desc = "The name of the operation; absent: all.")] operation_name: Option<String>,
        #[graphql(desc = "The API key; absent: all, and what came without one.")] key_id: Option<ID>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Connection<ApiUsage, ApiUsages>> {
        let page = PageRequest::try_new(first, after)?;
        let viewer = viewer(ctx)?;
        let sees_all = viewer.has_any(&[Role::Analyst, Role::Admin]);
        let filter = UsageFilter {
            client: client_name,
            operation: operation_name,
            key: key_id.map(|id| parse_key(&id)).transpose()?,
            owner: (!sees_all).then_some(viewer.account),
        };
        let found = ctx
            .data_unchecked::<Analytics>()
            .list_usage((from, to), &filter, &page)
            .await?;
        Ok(connection(found.map(ApiUsage), Count::none()))
    }
}

fn parse_key(id: &ID) -> Result<Uuid> {
    Ok(Uuid::parse_str(id).map_err(|_| Refusal::bad_input("keyId", "keyId is not an id"))?)
}
