//! `__schema` and `__type`, answered from the schema clients see.

use crate::{
    error::{Rejection, VALIDATION_FAILED},
    pipeline::value_of,
    subgraph::Map,
};
use apollo_compiler::{
    ExecutableDocument, Name, Schema, executable::Operation, introspection::partial_execute, response::JsonMap,
    schema::Implementers, validation::Valid,
};

/// Answers the introspection fields of an operation, by response key.
pub(crate) fn introspect(
    schema: &Valid<Schema>,
    implementers: &apollo_compiler::collections::HashMap<Name, Implementers>,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Map, Rejection> {
    let refused = |message: String| Rejection::new(400, VALIDATION_FAILED, message);
    let response = partial_execute(schema, implementers, document, operation, variables)
        .map_err(|error| refused(error.message().to_string()))?;
    let mut answered = Map::new();
    for (key, value) in response.data.unwrap_or_default() {
        answered.insert(async_graphql::Name::new(key.as_str()), value_of(&value));
    }
    Ok(answered)
}
