//! The registry of errors: every code of an answer, with its status and what it means.

use kernel::{ErrorCode, problem_type};

/// `extensions.code` of a document that is not GraphQL, or a request that is not one.
pub const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// `extensions.code` of a document that the schema does not allow, or a protocol rule that was broken.
pub const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// What a code stands for, as `errorCatalog`, `GET /errors` and `docs/ERRORS.md` tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorClass {
    /// The code.
    pub name: &'static str,
    /// The status of an HTTP answer that is nothing but this error.
    pub status: u16,
    /// In two or three words.
    pub title: &'static str,
    /// In a sentence.
    pub meaning: &'static str,
}

impl ErrorClass {
    /// `type` of the RFC 9457 problem: a path that the router answers.
    pub fn problem_type(&self) -> String {
        problem_type(self.name)
    }
}

/// Codes of the protocol itself; the others are the platform's.
const PROTOCOL: [ErrorClass; 7] = [
    ErrorClass {
        name: PARSE_FAILED,
        status: 400,
        title: "Not a GraphQL document",
        meaning: "The document cannot be parsed. `locations` tell where.",
    },
    ErrorClass {
        name: VALIDATION_FAILED,
        status: 400,
        title: "Not a valid GraphQL request",
        meaning: "The document asks for what the schema does not have, or the request breaks a rule of its protocol: \
            then the status is 405 (method), 406 (no media type we have) or 415 (not JSON).",
    },
    ErrorClass {
        name: "PERSISTED_QUERY_NOT_FOUND",
        status: 400,
        title: "Unknown hash",
        meaning: "Nobody has sent the document of this hash yet. Send it once more together with the document.",
    },
    ErrorClass {
        name: "PERSISTED_QUERY_NOT_SUPPORTED",
        status: 400,
        title: "No documents by hash",
        meaning: "This router does not register documents by their hash. Send the document.",
    },
    ErrorClass {
        name: "PERSISTED_QUERY_HASH_MISMATCH",
        status: 400,
        title: "Wrong hash",
        meaning: "The hash is not the SHA-256 of the document that came with it.",
    },
    ErrorClass {
        name: "PERSISTED_QUERY_NOT_IN_LIST",
        status: 404,
        title: "Unknown operation",
        meaning: "No persisted operation has this id.",
    },
    ErrorClass {
        name: "QUERY_NOT_IN_SAFELIST",
        status: 403,
        title: "Not on the list",
        meaning: "This router runs persisted operations only, and the document is none.",
    },
];

/// Every code there is: those of the protocol, then the platform's.
pub fn error_classes() -> impl Iterator<Item = ErrorClass> {
    let platform = ErrorCode::ALL.into_iter().map(|code| ErrorClass {
        name: code.name(),
        status: code.status(),
        title: code.title(),
        meaning: code.meaning(),
    });
    PROTOCOL.into_iter().chain(platform)
}
