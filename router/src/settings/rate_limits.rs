//! How much a client may ask in a time.

use serde::Deserialize;

/// Quotas in units of cost. Each fills evenly: a client that used all of it has half of it back after half the window.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimits {
    /// How long an empty quota takes to fill, in seconds.
    pub window_seconds: u64,
    /// Of an address (IPv6: of a /64) that asks without a sign-in; 0: none.
    pub ip: u64,
    /// Of an account, wherever it asks from; 0: none.
    pub account: u64,
    /// Of an API key that has no number of requests of its own; 0: none.
    pub key: u64,
    /// Longest wait for KV, in milliseconds; then the request is let through.
    pub kv_timeout_ms: u64,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            window_seconds: 60,
            ip: 600_000,
            account: 300_000,
            key: 1_200_000,
            kv_timeout_ms: 250,
        }
    }
}
