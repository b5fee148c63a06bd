//! What can go wrong: at start ([`Error`]) and in a request (the `errors` of an answer).

use async_graphql::{ErrorExtensionValues, PathSegment, ServerError, Value};
use axum::http::{HeaderName, HeaderValue};
use graphql::error_classes;
pub use graphql::{PARSE_FAILED, VALIDATION_FAILED};
use kernel::{ErrorCode, Fault, Refusal, problem_type};
use serde_json::json;

/// Why the router cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration of the graph cannot be read.
    #[error("supergraph.yaml cannot be read: {0}")]
    Config(String),
    /// The SDL of a subgraph cannot be read.
    #[error("the schema {file:?} of subgraph {subgraph:?} cannot be read")]
    Schema {
        /// The subgraph.
        subgraph: String,
        /// The file of its SDL.
        file: String,
        /// What the file system said.
        #[source]
        source: std::io::Error,
    },
    /// The subgraphs do not fit together.
    #[error("the subgraphs do not compose: {}", .0.join("; "))]
    Composition(Vec<String>),
    /// The composed graph cannot be used.
    #[error("the composed graph cannot be used: {0}")]
    Supergraph(String),
    /// A subgraph of the graph has no transport.
    #[error("subgraph {0:?} has no transport")]
    NoTransport(String),
    /// The list of persisted operations cannot be read.
    #[error("the persisted operations cannot be read: {0}")]
    Persisted(String),
    /// Routes of the REST façade do not fit the graph.
    #[error("the REST façade does not fit the graph: {}", .0.join("; "))]
    Rest(Vec<String>),
    /// The address of a subgraph is not one.
    #[error("the address {0:?} is not an http or https URL, or several by comma, each with a weight behind a space")]
    Address(String),
    /// A rule of `router.traffic.headers` cannot be followed.
    #[error("router.traffic.headers, rule {0}: {1}")]
    HeaderRule(usize, String),
    /// `router.contract` leaves no graph, or names an operator's role that is none.
    #[error("router.contract cannot be followed: {0}")]
    Contract(String),
    /// What `router.mock` wants made up cannot be.
    #[error("router.mock: {0}")]
    Mock(String),
    /// A route of `router.passthrough` cannot be followed.
    #[error("router.passthrough, {0}")]
    Passthrough(String),
    /// The file of certificate authorities cannot be used.
    #[error("router.traffic.ca_file {0:?} cannot be used: {1}")]
    Authorities(String, String),
    /// A rule of `router.traffic.answer_headers` cannot be followed.
    #[error("router.traffic.answer_headers, rule {0}: {1}")]
    AnswerRule(usize, String),
}

/// A request that was refused before anything was executed: the answer has no `data`.
#[derive(Debug, Clone)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// Whether the HTTP request was in order and only its document or variables were not: clients that take nothing
    /// but `application/json` then get 200 (GraphQL over HTTP §6.4.1).
    pub well_formed: bool,
    /// What was wrong.
    pub errors: Vec<ServerError>,
    /// Headers it goes with over HTTP.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// Refuses with `status` and one error.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            well_formed: false,
            errors: vec![coded(code, status, message.into())],
            headers: Vec::new(),
        }
    }

    /// Refuses as `fault` says.
    pub fn of(fault: &impl Fault) -> Self {
        Self {
            status: fault.code().status(),
            well_formed: false,
            errors: vec![of_fault(fault)],
            headers: Vec::new(),
        }
    }

    /// Whether the document asks for what the schema does not have.
    pub(crate) fn is_of_validation(&self) -> bool {
        let extensions = self.errors.first().and_then(|error| error.extensions.as_ref());
        self.well_formed && extensions.and_then(|own| own.get("code")) == Some(&Value::from(VALIDATION_FAILED))
    }

    /// The same refusal with another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same refusal, of a document in a request that was in order.
    #[must_use]
    pub fn of_document(mut self) -> Self {
        self.well_formed = true;
        self
    }

    /// The answer's text: errors and no data.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"errors\":".to_vec();
        crate::executor::write_json(&mut out, &self.errors);
        out.push(b'}');
        out
    }
}

/// Longest message: it may repeat what the client sent, but not at any length.
const MESSAGE_BYTES: usize = 400;

/// An error with a code, and the RFC 9457 problem beside it.
pub(crate) fn coded(code: &str, status: u16, mut message: String) -> ServerError {
    if message.len() > MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
        message.push('…');
    }
    let mut error = ServerError::new(message, None);
    let problem = json!({
        "type": problem_type(code),
        "title": title(code),
        "status": status,
        "detail": error.message,
    });
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("problem", Value::from_json(problem).unwrap_or_default());
    error.extensions = Some(extensions);
    error
}

fn title(code: &str) -> &'static str {
    let known = error_classes().find(|class| class.name == code);
    debug_assert!(known.is_some(), "the registry does not know {code}");
    known.map_or("Request refused", |class| class.title)
}

/// The refusal of what was begun with a token that is over by now.
pub(crate) fn token_ended() -> Rejection {
    Rejection::of(&Refusal::new(ErrorCode::Unauthenticated, "the token has ended"))
}

/// The error a client sees for `fault`; a message that is not public gives way to the code's title.
pub(crate) fn of_fault(fault: &impl Fault) -> ServerError {
    let code = fault.code();
    let message = if code.is_public() {
        fault.to_string()
    } else {
        code.title().to_owned()
    };
    let mut error = coded(code.name(), code.status(), message);
    if let Some(extensions) = &mut error.extensions {
        for (name, value) in fault.details() {
            extensions.set(name, Value::from_json(value).unwrap_or_default());
        }
    }
    error
}

/// The error for a part of the platform that does not answer (in time).
pub(crate) fn outage(code: ErrorCode, service: &str) -> ServerError {
    let message = match code {
        ErrorCode::Timeout => format!("the service {service} did not answer in time"),
        _ => format!("the service {service} is not available"),
    };
    coded(code.name(), code.status(), message)
}

/// Sees to it that a subgraph's error has a code and names the service; its position in our own text goes.
pub(crate) fn adopt(error: &mut ServerError, service: &str) {
    error.locations.clear();
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        // async-graphql refuses unreadable scalars (a malformed date or id) in these words and without a code.
        let code = if error.message.starts_with("Failed to parse") || error.message.starts_with("Invalid value for") {
            ErrorCode::BadInput
        } else {
            ErrorCode::Internal
        };
        extensions.set("code", code.name());
    }
    extensions.set("service", service);
}

/// Whether one of the paths leads through the other.
pub(crate) fn related(left: &[PathSegment], right: &[PathSegment]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right)
}
