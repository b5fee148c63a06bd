//! What an operation costs: objects it may bring, weighed by `@cost` and multiplied by `@listSize` (IBM's GraphQL cost
//! directives, as Federation has them).
//!
//! [`compile`] works an operation out once; [`Estimate::evaluate`] then only looks at the variables. The measured cost
//! is counted while the answer is written, with the same [`Weights`].

mod compile;
mod estimate;
mod weights;

use apollo_compiler::ExecutableDocument;

use crate::{error::Rejection, settings::Settings, subgraph::Map, supergraph::Supergraph};

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

/// What each operation of a document is estimated to cost under these variables, by its name.
///
/// # Errors
/// [`Rejection`] for a document that is not one of this graph.
pub fn estimates(
    supergraph: &Supergraph,
    document: &str,
    variables: &Map,
    settings: &Settings,
) -> Result<Vec<(String, u64)>, Rejection> {
    let refused = |message: String| Rejection::new(400, crate::error::VALIDATION_FAILED, message);
    let document = ExecutableDocument::parse_and_validate(&supergraph.api, document, "document.graphql")
        .map_err(|failed| refused(failed.errors.to_string()))?;
    let schema = &supergraph.schema;
    let weights = Weights {
        schema,
        list_size: settings.list_size,
    };
    let implementers = supergraph.api.implementers_map();
    let mut estimates = Vec::new();
    for operation in document.operations.iter() {
        let estimate = compile(weights, &implementers, &document, operation)?;
        let name = operation.name.as_ref().map(ToString::to_string);
        estimates.push((name.unwrap_or_default(), estimate.evaluate(schema, variables)));
    }
    Ok(estimates)
}
