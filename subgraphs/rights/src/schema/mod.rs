//! The GraphQL skin: thin, no SQL.

mod inputs;
mod mutation;
mod query;
mod references;
mod subscription;
mod types;

use async_graphql::{MergedObject, Schema};

use crate::service::Rights;

/// What can be read.
#[derive(MergedObject, Default)]
pub(crate) struct Query(query::Roots, references::References);

/// Rights' part of the graph.
pub(crate) type RightsSchema = Schema<Query, mutation::Mutation, subscription::Subscription>;

/// Builds the schema over `rights`.
pub(crate) fn build(rights: Rights) -> RightsSchema {
    Schema::build(Query::default(), mutation::Mutation, subscription::Subscription)
        .data(rights)
        .enable_federation()
        .enable_subscription_in_federation()
        .finish()
}

fn rights<'a>(ctx: &async_graphql::Context<'a>) -> &'a Rights {
    ctx.data::<Rights>().expect("the schema is built over rights")
}
