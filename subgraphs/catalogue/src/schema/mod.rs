//! The GraphQL skin: thin, no SQL.

mod inputs;
mod mutation;
mod payloads;
mod query;
mod references;
mod types;
mod videos;

use async_graphql::{EmptySubscription, MergedObject, Schema};

use crate::service::Catalogue;

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(query::Roots, references::References);

/// What can be changed.
#[derive(MergedObject)]
pub struct Mutation(mutation::Editing, videos::Videos);

/// The catalogue's part of the graph.
pub type CatalogueSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema over `catalogue`.
pub fn build(catalogue: Catalogue) -> CatalogueSchema {
    Schema::build(
        Query::default(),
        Mutation(mutation::Editing, videos::Videos),
        EmptySubscription,
    )
    .data(catalogue)
    .enable_federation()
    .finish()
}
