//! How anything is refused: a closed list of codes, mapped once to GraphQL and once to HTTP.

use std::fmt;

use serde_json::{Map, Value};

/// Why a request was refused. Closed: a new code needs a decision record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The input cannot be read: a malformed id, cursor, date. Detail: `field`.
    BadInput,
    /// The input can be read but breaks a rule. Detail: `fields`.
    Invalid,
    /// A limit was passed. Details: `limit`, `allowed`, `sent`.
    LimitExceeded,
    /// No valid sign-in.
    Unauthenticated,
    /// A valid sign-in without the role.
    Forbidden,
    /// Does not exist, or the viewer may not know that it does.
    NotFound,
    /// The state does not allow it.
    Conflict,
    /// Too many requests. Detail: `retryAfterMs`.
    RateLimited,
    /// A part of the platform does not answer.
    Unavailable,
    /// A part of the platform did not answer in time.
    Timeout,
    /// A defect of ours.
    Internal,
}

impl ErrorCode {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::BadInput,
        Self::Invalid,
        Self::LimitExceeded,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::RateLimited,
        Self::Unavailable,
        Self::Timeout,
        Self::Internal,
    ];

    /// The name clients see in `extensions.code` and in problem+json.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadInput => "BAD_USER_INPUT",
            Self::Invalid => "VALIDATION_FAILED",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The HTTP status of problem+json (RFC 9457).
    pub const fn status(self) -> u16 {
        match self {
            Self::BadInput | Self::LimitExceeded => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::Timeout => 504,
        }
    }

    /// The short title of problem+json.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadInput => "Bad input",
            Self::Invalid => "Validation failed",
            Self::LimitExceeded => "Limit exceeded",
            Self::Unauthenticated => "Not signed in",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not found",
            Self::Conflict => "Conflict",
            Self::RateLimited => "Too many requests",
            Self::Unavailable => "Unavailable",
            Self::Timeout => "Timed out",
            Self::Internal => "Internal error",
        }
    }

    /// What it means for who asked, in a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::BadInput => "The input cannot be read: a malformed id, cursor or date. `field` names the place.",
            Self::Invalid => "The input can be read but breaks a rule. `fields` names the places.",
            Self::LimitExceeded => "A limit was passed: `limit` names it, `allowed` is the most, `sent` what came.",
            Self::Unauthenticated => "There is no valid sign-in, or it is over. Sign in, or refresh the token.",
            Self::Forbidden => "The sign-in is valid and has no right to this.",
            Self::NotFound => "It does not exist, or you may not know whether it does.",
            Self::Conflict => "The present state does not allow it. Read the state again.",
            Self::RateLimited => "Too many requests. Wait for `retryAfterMs` milliseconds.",
            Self::Unavailable => "A part of the platform does not answer. Trying again later may help.",
            Self::Timeout => "A part of the platform did not answer in time. Trying again later may help.",
            Self::Internal => "A defect of ours. It has been logged.",
        }
    }

    /// Whether our own message may be shown to clients; the others get a generic one.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Internal | Self::Unavailable | Self::Timeout)
    }
}

/// `type` of a problem (RFC 9457 §3.1.1) with the code of this name: relative to where the answer came from, where the
/// router tells at this path what the code means.
pub fn problem_type(code_name: &str) -> String {
    format!("/errors/{}", code_name.to_ascii_lowercase().replace('_', "-"))
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error that knows how it is shown to a client.
///
/// Every crate's error enum implements it; `graphql` and `web` do the rest.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// The code clients switch on.
    fn code(&self) -> ErrorCode;

    /// Members beside the code: `field`, `limit`, `retryAfterMs`.
    fn details(&self) -> Map<String, Value> {
        Map::new()
    }
}

/// A refusal made on the spot, where a crate has no variant of its own: bad input, a limit, a missing role.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    code: ErrorCode,
    message: String,
    details: Map<String, Value>,
}

impl Refusal {
    /// A refusal with a message for people.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Map::new(),
        }
    }

    /// `field` cannot be read.
    pub fn bad_input(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadInput, message).with("field", field)
    }

    /// `limit` was passed: `sent` where `allowed` is the most.
    pub fn limit(limit: &str, allowed: u64, sent: u64) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("{limit} is {sent}, at most {allowed} is allowed"),
        )
        .with("limit", limit)
        .with("allowed", allowed)
        .with("sent", sent)
    }

    /// No valid sign-in.
    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "sign in first")
    }

    /// `what` does not exist, or the viewer may not know that it does.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("{what} was not found"))
    }

    /// Adds a member beside the code.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

impl Fault for Refusal {
    fn code(&self) -> ErrorCode {
        self.code
    }

    fn details(&self) -> Map<String, Value> {
        self.details.clone()
    }
}
