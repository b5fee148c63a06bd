//! A GraphQL request as it comes over HTTP, SSE or WebSocket.

use kernel::Refusal;
use serde_json::{Map, Value};

use super::persisted;
use crate::error::Rejection;

/// Deepest JSON the library reads.
const JSON_NESTING: u64 = 127;

/// What a client sends.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The document; empty when `document_id` or the extension `persistedQuery` stands for it.
    pub query: String,
    /// Which of the document's operations to run.
    pub operation_name: Option<String>,
    /// Values of the operation's variables.
    pub variables: Map<String, Value>,
    /// What is said beside the specification.
    pub extensions: Map<String, Value>,
    /// The id of a persisted operation.
    pub document_id: Option<String>,
    /// It came by a method that must not change anything: a mutation is refused.
    pub read_only: bool,
    /// The document is our own, not a client's: it need not be on the list of persisted operations.
    pub trusted: bool,
    /// The client wants to know how it is answered: `?explain`, or `extensions: { explain: true }`.
    pub explain: bool,
}

/// What a body holds.
pub(crate) enum Sent {
    /// A request.
    One(Request),
    /// An array of them; a wrong one answers its own error.
    Many(Vec<Result<Request, Rejection>>),
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

    /// Reads a JSON object.
    pub(crate) fn from_value(value: Value) -> Result<Self, Rejection> {
        let Value::Object(mut members) = value else {
            return Err(bad("body", "a request is one JSON object"));
        };
        let extensions = object(members.remove("extensions"), "extensions")?;
        let mut document_id = text(members.remove("documentId"), "documentId")?;
        if document_id.is_none() {
            document_id = text(members.remove("id"), "id")?;
        }
        let is_persisted = document_id.is_some() || extensions.contains_key(persisted::EXTENSION);
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) if is_persisted => String::new(),
            Some(_) => return Err(bad("query", "`query` is not a string")),
            None => return Err(bad("query", "`query` is missing")),
        };
        Ok(Self {
            query,
            operation_name: text(members.remove("operationName"), "operationName")?,
            variables: object(members.remove("variables"), "variables")?,
            explain: extensions.get("explain") == Some(&Value::Bool(true)),
            extensions,
            document_id,
            ..Self::default()
        })
    }

    /// Reads the parameters of a GET request.
    pub(crate) fn from_parameters(parameters: Vec<(String, String)>) -> Result<Self, Rejection> {
        let mut members = Map::new();
        for (name, value) in parameters {
            let value = match name.as_str() {
                // An empty one is none (GraphQL over HTTP §6.2).
                "variables" | "extensions" | "operationName" if value.is_empty() => Value::Null,
                "variables" | "extensions" => read(&name, &format!("`{name}`"), value.as_bytes())?,
                "query" | "operationName" | "documentId" | "id" => Value::String(value),
                _ => continue,
            };
            if members.contains_key(&name) {
                return Err(bad(&name, &format!("`{name}` is given twice")));
            }
            members.insert(name, value);
        }
        let mut request = Self::from_value(Value::Object(members))?;
        request.read_only = true;
        Ok(request)
    }
}

impl Sent {
    /// Reads JSON text: a request, or an array of at most `max_batch` of them (less than two: no arrays). Of members
    /// with the same name the last one counts.
    pub(crate) fn from_json(text: &[u8], max_batch: u64) -> Result<Self, Rejection> {
        // RFC 8259 §8.1: a parser may ignore a byte order mark.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let requests = match read("body", "the body", text)? {
            Value::Array(requests) if max_batch > 1 => requests,
            value => return Request::from_value(value).map(Self::One),
        };
        if requests.is_empty() {
            return Err(bad("body", "an array of requests holds at least one"));
        }
        let sent = requests.len() as u64;
        if sent > max_batch {
            return Err(Rejection::of(&Refusal::limit("requests in an array", max_batch, sent)));
        }
        Ok(Self::Many(requests.into_iter().map(Request::from_value).collect()))
    }
}

fn text(value: Option<Value>, name: &str) -> Result<Option<String>, Rejection> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(name, &format!("`{name}` is not a string"))),
    }
}

/// Reads JSON text of the client's.
fn read(field: &str, what: &str, text: &[u8]) -> Result<Value, Rejection> {
    serde_json::from_slice(text).map_err(|error| {
        let reason = error.to_string();
        // The library has no other sign of it; a test holds it to these words.
        if reason.starts_with("recursion limit exceeded") {
            return Rejection::of(&Refusal::limit("nesting of JSON", JSON_NESTING, JSON_NESTING + 1));
        }
        bad(field, &format!("{what} is not JSON: {reason}"))
    })
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
