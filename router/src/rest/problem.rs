//! Refusals as `application/problem+json` (RFC 9457).

use std::collections::HashMap;

use kernel::{ErrorCode, Fault, Refusal, problem_type};
use serde_json::{Map, Value};

use crate::error::Rejection;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    pub status: u16,
    pub body: Map<String, Value>,
    /// Seconds to wait before another try.
    pub retry_after: Option<u64>,
}

impl Problem {
    fn new(status: u16, code: &str, title: &str, detail: &str) -> Self {
        let mut body = Map::new();
        body.insert("type".to_owned(), problem_type(code).into());
        body.insert("title".to_owned(), title.into());
        body.insert("status".to_owned(), status.into());
        body.insert("detail".to_owned(), detail.into());
        body.insert("code".to_owned(), code.into());
        Self {
            status,
            body,
            retry_after: None,
        }
    }

    /// The problem of a refusal of ours.
    pub(super) fn of(refusal: &Refusal) -> Self {
        let code = refusal.code();
        let made = Self::new(code.status(), code.name(), code.title(), &refusal.to_string());
        made.with(refusal.details())
    }

    /// The same with another status: 405, 415.
    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self.body.insert("status".to_owned(), status.into());
        self
    }

    /// The problem of a request that the router refused.
    pub(super) fn of_rejection(rejection: &Rejection) -> Self {
        let errors = serde_json::from_slice::<Value>(&rejection.to_json()).unwrap_or_default();
        let mut made = Self::of_error(&errors["errors"][0]);
        // What the graph calls invalid is our own document: the client cannot help it.
        let is_ours = errors["errors"][0]["extensions"]["code"]
            .as_str()
            .is_some_and(|code| code.starts_with("GRAPHQL_") && rejection.well_formed);
        if is_ours {
            tracing::error!(errors = %errors, "operation of a REST route does not fit the graph");
            return Self::of(&Refusal::new(ErrorCode::Internal, ErrorCode::Internal.title()));
        }
        made = made.with_status(rejection.status);
        made
    }

    /// The problem of an error of the graph.
    pub(super) fn of_error(error: &Value) -> Self {
        let extensions = error.get("extensions").and_then(Value::as_object);
        let member = |name: &str| extensions.and_then(|extensions| extensions.get(name));
        let code = member("code")
            .and_then(Value::as_str)
            .unwrap_or("INTERNAL_SERVER_ERROR");
        let known = ErrorCode::ALL.into_iter().find(|known| known.name() == code);
        let told = member("problem");
        let told_status = told
            .and_then(|problem| problem["status"].as_u64())
            .and_then(|status| u16::try_from(status).ok());
        let status = told_status
            .or(known.map(ErrorCode::status))
            .filter(|status| (400..=599).contains(status))
            .unwrap_or(500);
        let title = told.and_then(|problem| problem["title"].as_str());
        let title = title.unwrap_or_else(|| known.map_or("Request refused", ErrorCode::title));
        let message = error.get("message").and_then(Value::as_str).unwrap_or(title);
        let mut details = extensions.cloned().unwrap_or_default();
        for ours in ["code", "problem", "service"] {
            details.remove(ours);
        }
        Self::new(status, code, title, message).with(details)
    }

    /// The problem that a mutation names in its payload.
    pub(super) fn of_payload(problem: &Value, statuses: &HashMap<String, u16>) -> Self {
        let code = problem["code"].as_str().unwrap_or("CONFLICT");
        let status = statuses.get(code).copied().unwrap_or(409);
        let title = sentence(code);
        let detail = problem["message"].as_str().unwrap_or(&title);
        let mut details = problem.as_object().cloned().unwrap_or_default();
        for told in ["code", "message"] {
            details.remove(told);
        }
        details.retain(|_, value| !value.is_null());
        Self::new(status, code, &title, detail).with(details)
    }

    /// Adds members that are not there yet, and reads how long to wait.
    fn with(mut self, details: Map<String, Value>) -> Self {
        let seconds = details.get("retryAfterSeconds").and_then(Value::as_u64);
        let millis = details.get("retryAfterMs").and_then(Value::as_u64);
        self.retry_after = seconds.or(millis.map(|millis| millis.div_ceil(1000)));
        for (name, value) in details {
            self.body.entry(name).or_insert(value);
        }
        self
    }
}

/// `EMAIL_TAKEN` as people write it.
fn sentence(code: &str) -> String {
    let text = code.to_ascii_lowercase().replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_refusal_has_its_status_and_says_no_more_than_it_may() {
        let error = json!({ "message": "profile was not found", "path": ["profile"],
            "extensions": { "code": "NOT_FOUND", "service": "accounts", "field": "id" } });
        let problem = Problem::of_error(&error);
        assert_eq!(problem.status, 404);
        assert_eq!(
            Value::Object(problem.body),
            json!({ "type": "/errors/not-found", "title": "Not found", "status": 404,
                "detail": "profile was not found", "code": "NOT_FOUND", "field": "id" })
        );
        let limited = Problem::of(&Refusal::new(ErrorCode::RateLimited, "slow down").with("retryAfterMs", 1500));
        assert_eq!((limited.status, limited.retry_after), (429, Some(2)));
        assert_eq!(Problem::of_error(&json!({ "message": "odd" })).status, 500);
        assert_eq!(
            Problem::of_error(&json!({ "extensions": { "code": "X", "problem": { "status": 99 } } })).status,
            500
        );
        let statuses = HashMap::from([("TOO_MANY_ATTEMPTS".to_owned(), 429)]);
        let payload =
            json!({ "code": "TOO_MANY_ATTEMPTS", "message": "wait", "retryAfterSeconds": 60, "offers": null });
        let problem = Problem::of_payload(&payload, &statuses);
        assert_eq!((problem.status, problem.retry_after), (429, Some(60)));
        assert_eq!(problem.body["title"], "Too many attempts");
        assert!(!problem.body.contains_key("offers"));
    }
}
