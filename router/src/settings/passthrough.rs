//! Paths that other processes answer.

use serde::Deserialize;

/// What is passed on as it is: the bytes of the sidecar, files of other services. For a router that runs by itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PassthroughSettings {
    /// The paths and where they go; the first that fits counts.
    pub routes: Vec<PassthroughRoute>,
    /// Longest silence of the other side, in milliseconds: before the head of its answer (while it takes what is sent, it
    /// is not silent), and between two pieces of its body.
    pub timeout_ms: u64,
    /// Largest body that is passed on, in bytes; 0: any.
    pub max_body_bytes: u64,
}

/// A path that another process answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassthroughRoute {
    /// The path: `/s/{*rest}`, `/api/v1/images/{id}`.
    pub path: String,
    /// The address of the process without a path; several by comma, each with its weight behind a space.
    pub to: String,
}

impl Default for PassthroughSettings {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            timeout_ms: 30_000,
            max_body_bytes: 256 * 1024 * 1024,
        }
    }
}
