//! The GraphQL skin of search.

mod query;
mod types;

use async_graphql::{EmptyMutation, EmptySubscription, Schema};

pub use query::Query;

use crate::service::Search;

/// What search answers.
pub type SearchSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Builds the schema over `search`.
pub fn build(search: Search) -> SearchSchema {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .data(search)
        .enable_federation()
        .finish()
}
