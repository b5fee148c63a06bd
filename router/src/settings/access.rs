//! What becomes of what a viewer may not ask.

use serde::Deserialize;

/// What becomes of what a viewer may not ask.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// Refuse the operation, or take out of a query what may not be asked.
    pub unauthorised: Unauthorised,
}

/// What becomes of an operation with fields the viewer may not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unauthorised {
    /// None of it runs.
    #[default]
    Refuse,
    /// Of a query the rest runs; mutations and subscriptions are refused all the same.
    Filter,
}
