//! The GraphQL skin: thin, no SQL.

mod inputs;
mod mutation;
mod plans;
mod query;
mod references;
mod types;

use async_graphql::{EmptySubscription, MergedObject, Schema};

use crate::service::Billing;

/// What can be read.
#[derive(MergedObject, Default)]
pub(crate) struct Query(query::Roots, plans::PlanQueries, references::References);

/// What can be changed.
#[derive(MergedObject)]
pub(crate) struct Mutation(mutation::Sales, plans::PlanMutations);

/// Billing's part of the graph.
pub(crate) type BillingSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema over `billing`.
pub(crate) fn build(billing: Billing) -> BillingSchema {
    Schema::build(
        Query::default(),
        Mutation(mutation::Sales, plans::PlanMutations),
        EmptySubscription,
    )
    .data(billing)
    .enable_federation()
    .finish()
}

fn billing<'a>(ctx: &async_graphql::Context<'a>) -> &'a Billing {
    ctx.data::<Billing>().expect("the schema is built over billing")
}
