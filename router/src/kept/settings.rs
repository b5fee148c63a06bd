//! What may be kept.

use serde::Deserialize;

/// What the router keeps, as far as `@cacheControl` allows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CacheSettings {
    /// Keep whole answers.
    pub answers: bool,
    /// Memory for whole answers, in bytes.
    pub answer_bytes: u64,
    /// Keep entities.
    pub entities: bool,
    /// Memory for entities, in bytes.
    pub entity_bytes: u64,
    /// Equal fetches that are under way at the same time share one answer.
    pub coalesce: bool,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            answers: true,
            answer_bytes: 64 * 1024 * 1024,
            entities: true,
            entity_bytes: 64 * 1024 * 1024,
            coalesce: true,
        }
    }
}
