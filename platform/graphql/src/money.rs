//! Money in the graph.

use async_graphql::SimpleObject;

/// An amount of money.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq)]
#[graphql(shareable)]
pub struct Money {
    /// The amount in minor units (cents); negative for a credit.
    pub amount_minor: i64,
    /// ISO 4217 currency code: `EUR`.
    pub currency: String,
}

impl From<kernel::Money> for Money {
    fn from(money: kernel::Money) -> Self {
        Self {
            amount_minor: money.amount_minor,
            currency: money.currency.as_str().to_owned(),
        }
    }
}
