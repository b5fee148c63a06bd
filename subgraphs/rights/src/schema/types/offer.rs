//! Billing's offers, by key.

use async_graphql::{ID, SimpleObject};

/// What is sold; billing tells more.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub(crate) struct Offer {
    /// Its id.
    pub(crate) id: ID,
}
