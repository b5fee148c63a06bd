//! Answers that are made up.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Which subgraphs are not asked because their answers are made up from the schema. For development: nothing of what
/// these subgraphs say is true.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MockSettings {
    /// Their names; `*`: all of the graph.
    pub subgraphs: Vec<String>,
    /// Another number makes up other answers; the same number always the same.
    pub seed: u64,
    /// Items of a list that is not asked for with a number of them.
    pub list: u64,
    /// Nullable fields of a hundred that are null.
    pub null_percent: u64,
    /// Time between two events of a subscription, in milliseconds.
    pub tick_ms: u64,
    /// How long an answer takes, in milliseconds.
    pub delay_ms: u64,
    /// Also where more than this machine can ask.
    pub open: bool,
    /// What is not made up: values by `Type.field` or `Type`.
    pub values: BTreeMap<String, Value>,
}

impl MockSettings {
    /// Whether there is anything to make up.
    pub const fn is_on(&self) -> bool {
        !self.subgraphs.is_empty()
    }
}

impl Default for MockSettings {
    fn default() -> Self {
        Self {
            subgraphs: Vec::new(),
            seed: 1,
            list: 3,
            null_percent: 0,
            tick_ms: 1_000,
            delay_ms: 0,
            open: false,
            values: BTreeMap::new(),
        }
    }
}
