//! Errors of REST: `application/problem+json` (RFC 9457).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value, json};

/// An error on its way to a REST client.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: ErrorCode,
    detail: String,
    members: Map<String, Value>,
}

impl Problem {
    /// The problem of an error; what is not for clients is logged here, once.
    pub fn of(error: &dyn Fault) -> Self {
        let code = error.code();
        if code.is_public() {
            tracing::debug!(code = code.name(), message = %error, "request refused");
        } else {
            let mut chain = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                chain = format!("{chain}: {error}");
                cause = error.source();
            }
            tracing::error!(code = code.name(), error = %chain, "request failed");
        }
        let detail = if code.is_public() {
            error.to_string()
        } else {
            code.title().to_owned()
        };
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            code,
            detail,
            members: error.details(),
        }
    }

    /// Another status with the same code: 413 for a body, 416 for a range.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }
}

impl<E: Fault> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::of(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": kernel::problem_type(self.code.name()),
            "title": self.code.title(),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "code": self.code.name(),
        });
        if let Some(object) = body.as_object_mut() {
            object.extend(self.members);
        }
        let mut response = (self.status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// `404` for paths that nothing serves: the fallback of a process's routes.
pub async fn no_such_path() -> Problem {
    Refusal::not_found("this path").into()
}
