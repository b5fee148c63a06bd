//! How much is noted of what the router does, and who may see it.

use serde::Deserialize;

/// What is noted of each operation: metrics, access log, usage, and answers to `?explain`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether operations are noted at all; off is for measuring what it costs.
    pub enabled: bool,
    /// Operations with a name of their own in metrics, first come first served; all others are `other`.
    pub operation_names: usize,
    /// Client applications with a name of their own in metrics; all others are `other`.
    pub client_names: usize,
    /// Seconds between two reports of usage to analytics; 0: none.
    pub usage_seconds: u64,
    /// Clients × operations counted by themselves between two reports; what is more is counted together.
    pub usage_rows: usize,
    /// Who gets a plan with its fetches and timings by `?explain`.
    pub explain: Explain,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            operation_names: 200,
            client_names: 50,
            usage_seconds: 5,
            usage_rows: 2_000,
            explain: Explain::Operators,
        }
    }
}

/// Who gets explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Explain {
    /// Nobody.
    Off,
    /// Who is signed in with the role ADMIN or ANALYST.
    Operators,
    /// Everybody: on a developer's machine.
    Everyone,
}
