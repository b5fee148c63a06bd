//! A GraphQL request as it comes over HTTP, SSE or WebSocket.

use kernel::Refusal;
use serde_json::{Map, Value};

use crate::error::Rejection;

/// What a client sends.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which of the document's operations to run.
    pub operation_name: Option<String>,
    /// Values of the operation's variables.
    pub variables: Map<String, Value>,
}

impl Request {
    /// A request with a document and nothing else.
    pub fn new(query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..Self::default()
        }
    }

    /// The same with variables; anything but an object is none.
    #[must_use]
    pub fn variables(mut self, variables: Value) -> Self {
        if let Value::Object(variables) = variables {
            self.variables = variables;
        }
        self
    }

    /// Reads JSON text.
    pub(crate) fn from_json(text: &[u8]) -> Result<Self, Rejection> {
        let value: Value =
            serde_json::from_slice(text).map_err(|error| bad("body", &format!("the body is not JSON: {error}")))?;
        Self::from_value(value)
    }

    /// Reads a JSON object.
    pub(crate) fn from_value(value: Value) -> Result<Self, Rejection> {
        let Value::Object(mut members) = value else {
            return Err(bad("body", "a request is one JSON object"));
        };
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            Some(_) => return Err(bad("query", "`query` is not a string")),
            None => return Err(bad("query", "`query` is missing")),
        };
        let operation_name = match members.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(bad("operationName", "`operationName` is not a string")),
        };
        let variables = object(members.remove("variables"), "variables")?;
        object(members.remove("extensions"), "extensions")?;
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }

    /// Reads the parameters of a GET request.
    pub(crate) fn from_parameters(parameters: Vec<(String, String)>) -> Result<Self, Rejection> {
        let mut members = Map::new();
        for (name, value) in parameters {
            let value = match name.as_str() {
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|error| bad(&name, &format!("`{name}` is not JSON: {error}")))?,
                _ => Value::String(value),
            };
            members.insert(name, value);
        }
        Self::from_value(Value::Object(members))
    }
}

fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Rejection> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(bad(name, &format!("`{name}` is not an object"))),
    }
}

fn bad(field: &str, message: &str) -> Rejection {
    Rejection::of(&Refusal::bad_input(field, message))
}
