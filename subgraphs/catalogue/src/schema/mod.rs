//! The GraphQL skin: thin, no SQL.

mod inputs;
mod mutation;
mod payloads;
mod query;
mod references;
mod types;

use async_graphql::{EmptySubscription, MergedObject, Schema};

use crate::service::Catalogue;

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(query::Roots, references::References);

/// The catalogue's part of the graph.
pub type CatalogueSchema = Schema<Query, mutation::Mutation, EmptySubscription>;

/// Builds the schema over `catalogue`.
pub fn build(catalogue: Catalogue) -> CatalogueSchema {
    Schema::build(Query::default(), mutation::Mutation, EmptySubscription)
        .data(catalogue)
        .enable_federation()
        .finish()
}
