//! How subscriptions are shared.

use serde::Deserialize;

/// Subscriptions that many have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionSettings {
    /// Equal subscriptions of one process are executed once.
    pub share: bool,
    /// Answers of an execution that are remembered, once for all its subscribers: who is further behind is told and
    /// let go, who comes later may begin with them.
    pub buffer: usize,
    /// How long after it began an execution that replays may have said something and still be joined, in milliseconds:
    /// who joins is told all of that again.
    pub replay_ms: u64,
}

impl Default for SubscriptionSettings {
    fn default() -> Self {
        Self {
            share: true,
            buffer: 256,
            replay_ms: 5_000,
        }
    }
}
