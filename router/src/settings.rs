//! Limits and times of the router.

use serde::Deserialize;

use crate::pipeline::PersistedSettings;

/// What the router allows. Each limit names itself in the error of a request that passes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Largest request body, in bytes.
    pub max_body_bytes: u64,
    /// Most tokens in a document.
    pub max_tokens: u64,
    /// Deepest nesting of braces, brackets and parentheses in a document; checked before parsing.
    pub max_nesting: u64,
    /// Deepest selection of data fields; introspection is bounded by itself.
    pub max_depth: u64,
    /// Most aliases in an operation, fragments counted where they are spread.
    pub max_aliases: u64,
    /// Most root fields in an operation.
    pub max_root_fields: u64,
    /// Most directives in an operation, fragments counted where they are spread.
    pub max_directives: u64,
    /// Most fields in an operation, fragments counted where they are spread.
    pub max_fields: u64,
    /// Query plans kept, each about 44 kB.
    pub plan_cache: u64,
    /// Longest time for making one plan, in milliseconds.
    pub plan_timeout_ms: u64,
    /// Longest time for one answer of a subgraph, in milliseconds.
    pub subgraph_timeout_ms: u64,
    /// Largest answer of a subgraph over HTTP, in bytes.
    pub max_subgraph_answer_bytes: u64,
    /// Longest wait for `connection_init` on a WebSocket, in milliseconds.
    pub connection_init_timeout_ms: u64,
    /// Most operations at a time on one WebSocket.
    pub max_operations_per_socket: u64,
    /// Longest silence on a WebSocket before a `ping`, in milliseconds; a client that does not answer is let go.
    pub socket_ping_ms: u64,
    /// Most requests in one array; less than 2: no arrays.
    pub max_batch: u64,
    /// Operations known by an id or a hash.
    pub persisted: PersistedSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            max_tokens: 10_000,
            max_nesting: 100,
            max_depth: 15,
            max_aliases: 100,
            max_root_fields: 30,
            max_directives: 100,
            max_fields: 2_000,
            plan_cache: 1_000,
            plan_timeout_ms: 2_000,
            subgraph_timeout_ms: 10_000,
            max_subgraph_answer_bytes: 16 * 1024 * 1024,
            connection_init_timeout_ms: 10_000,
            max_operations_per_socket: 50,
            socket_ping_ms: 30_000,
            max_batch: 10,
            persisted: PersistedSettings::default(),
        }
    }
}
