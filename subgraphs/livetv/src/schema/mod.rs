//! Live TV in the graph: thin, no SQL.

mod mutation;
mod query;
mod references;
mod subscription;
mod types;

use async_graphql::Schema;

pub use mutation::Mutation;
pub use query::Query;
pub use subscription::Subscription;

use crate::{loaders::Moment, service::LiveTv};

/// The schema of live TV.
pub type LiveTvSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema.
pub fn build(livetv: LiveTv) -> LiveTvSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .data(livetv)
        .data(std::sync::Arc::new(Moment::default()))
        .enable_federation()
        .enable_subscription_in_federation()
        .finish()
}
