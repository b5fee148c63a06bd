//! The GraphQL skin of accounts: thin, no SQL.

mod administration;
mod mutation;
mod problem;
mod query;
mod references;
mod types;

use async_graphql::{EmptySubscription, MergedObject, Schema};

use crate::service::Accounts;

/// What can be asked of the platform.
#[derive(MergedObject)]
pub struct Query(query::Roots, administration::Users, references::References);

/// What can be done on the platform.
#[derive(MergedObject)]
pub struct Mutation(
    mutation::SignIn,
    mutation::Exchange,
    mutation::ApiKeys,
    mutation::Profiles,
    mutation::Titles,
    mutation::Resets,
    mutation::Administration,
);

/// The schema of accounts.
pub type AccountsSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema over `accounts`.
pub fn build(accounts: Accounts) -> AccountsSchema {
    let query = Query(query::Roots, administration::Users, references::References);
    let mutation = Mutation(
        mutation::SignIn,
        mutation::Exchange,
        mutation::ApiKeys,
        mutation::Profiles,
        mutation::Titles,
        mutation::Resets,
        mutation::Administration,
    );
    Schema::build(query, mutation, EmptySubscription)
        .data(accounts)
        .enable_federation()
        .finish()
}
