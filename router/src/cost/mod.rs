//! What an operation costs: objects it may bring, weighed by `@cost` and multiplied by `@listSize` (IBM's GraphQL cost
//! directives, as Federation has them).
//!
//! [`compile`] works an operation out once; [`Estimate::evaluate`] then only looks at the variables. The measured cost
//! is counted while the answer is written, with the same [`Weights`].

mod compile;
mod estimate;
mod weights;

pub(crate) use compile::compile;
pub(crate) use estimate::Estimate;
pub(crate) use weights::Weights;

/// What an operation has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// Before it ran, from the document and its variables.
    pub estimated: u64,
    /// What the answer held.
    pub actual: u64,
}
