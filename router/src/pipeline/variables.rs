//! Values of variables, brought to the types the operation declares (GraphQL §6.1.2).

use apollo_compiler::{
    Schema,
    executable::Operation,
    request::coerce_variable_values,
    response::{JsonMap, serde_json_bytes},
    validation::Valid,
};
use async_graphql::{Name, Value};
use kernel::Refusal;
use serde_json::Map;

use crate::{error::Rejection, one_of, subgraph};

/// Variables as introspection takes them and as subgraphs do.
pub(crate) struct Variables {
    pub(crate) json: Valid<JsonMap>,
    pub(crate) values: subgraph::Map,
}

/// Coerces what the client sent.
///
/// # Errors
/// `BAD_USER_INPUT`, naming the variable.
pub(crate) fn coerce(
    schema: &Valid<Schema>,
    operation: &Operation,
    sent: Map<String, serde_json::Value>,
) -> Result<Variables, Rejection> {
    let sent: JsonMap = sent
        .into_iter()
        .map(|(name, value)| (name.into(), serde_json_bytes::Value::from(value)))
        .collect();
    let json = coerce_variable_values(schema, operation, &sent).map_err(|error| {
        let message = error.message().to_string();
        let variable = operation
            .variables
            .iter()
            .find(|variable| names(&message, &variable.name));
        let field = variable.map_or("variables", |variable| variable.name.as_str());
        Rejection::of(&Refusal::bad_input(field, message)).of_document()
    })?;
    one_of::check_variables(schema, operation, &json)
        .map_err(|(name, message)| Rejection::of(&Refusal::bad_input(name, message)).of_document())?;
    let mut values = subgraph::Map::with_capacity(json.len());
    for (name, value) in json.iter() {
        values.insert(Name::new(name.as_str()), value_of(value));
    }
    Ok(Variables { json, values })
}

/// Whether `message` speaks of the variable `name`.
fn names(message: &str, name: &str) -> bool {
    message
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == name)
}

/// JSON in our one data model.
fn value_of(value: &serde_json_bytes::Value) -> Value {
    use serde_json_bytes::Value as Json;
    match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(value) => Value::Number(value.clone()),
        Json::String(value) => Value::String(value.as_str().to_owned()),
        Json::Array(items) => Value::List(items.iter().map(value_of).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (Name::new(name.as_str()), value_of(value)))
                .collect(),
        ),
    }
}
