//! The GraphQL skin of recommendations.

mod mutation;
mod query;
mod references;
mod types;

use async_graphql::{EmptySubscription, Schema};

pub use mutation::Mutation;
pub use query::Query;

use crate::service::Recommendations;

/// What recommendations answer.
pub type RecommendationsSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema over `recommendations`.
pub fn build(recommendations: Recommendations) -> RecommendationsSchema {
    Schema::build(Query::default(), Mutation, EmptySubscription)
        .data(recommendations)
        .enable_federation()
        .finish()
}
