//! The GraphQL skin of analytics.

mod mutation;
mod query;
mod types;

use async_graphql::{EmptySubscription, Schema};

pub use mutation::Mutation;
pub use query::Query;

use crate::service::Analytics;

/// What analytics answers.
pub type AnalyticsSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema over `analytics`.
pub fn build(analytics: Analytics) -> AnalyticsSchema {
    Schema::build(Query, Mutation, EmptySubscription)
        .data(analytics)
        .enable_federation()
        .finish()
}
