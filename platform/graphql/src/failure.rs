//! One way from an error to `errors[]`: code, public message, details, RFC 9457 problem.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Value};
use kernel::{ErrorCode, Fault};
use serde_json::{Map, json};

/// What a resolver returns.
pub type Result<T> = std::result::Result<T, Failure>;

/// An error on its way to a client.
///
/// It has no `Display` on purpose: `?` into `async_graphql::Result` would compile and lose the code.
#[derive(Clone)]
pub struct Failure {
    code: ErrorCode,
    message: String,
    details: Map<String, serde_json::Value>,
    /// Kept so that it is logged once, at the border.
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// The code clients see.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// A defect of ours; the text is logged, not shown.
    pub fn internal(what: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: String::new(),
            details: Map::new(),
            source: Some(Arc::new(what)),
        }
    }
}

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({:?})", self.code, self.message, self.source)
    }
}

impl<E: Fault> From<E> for Failure {
    fn from(error: E) -> Self {
        let (code, details) = (error.code(), error.details());
        let message = error.to_string();
        Self {
            code,
            message,
            details,
            source: Some(Arc::new(error)),
        }
    }
}

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        let code = failure.code;
        log(&failure);
        let message = if code.is_public() {
            failure.message
        } else {
            code.title().to_owned()
        };
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code.name());
        let problem = json!({
            "type": kernel::problem_type(code.name()),
            "title": code.title(),
            "status": code.status(),
            "detail": message,
        });
        for (name, value) in failure.details {
            extensions.set(name, Value::from_json(value).unwrap_or_default());
        }
        extensions.set("problem", Value::from_json(problem).unwrap_or_default());
        let mut error = Self::new(message);
        error.extensions = Some(extensions);
        error
    }
}

fn log(failure: &Failure) {
    if failure.code.is_public() {
        tracing::debug!(code = failure.code.name(), message = %failure.message, "request refused");
        return;
    }
    let mut chain = String::new();
    let mut cause = failure
        .source
        .as_deref()
        .map(|error| error as &(dyn std::error::Error + 'static));
    while let Some(error) = cause {
        if !chain.is_empty() {
            chain.push_str(": ");
        }
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(code = failure.code.name(), error = %chain, "request failed");
}

/// Turns an error without a code of its own into [`ErrorCode::Internal`].
pub trait OrInternal<T> {
    /// The value, or an internal failure that keeps the error for the log.
    fn or_internal(self) -> Result<T>;
}

impl<T, E: std::error::Error + Send + Sync + 'static> OrInternal<T> for std::result::Result<T, E> {
    fn or_internal(self) -> Result<T> {
        self.map_err(Failure::internal)
    }
}
