//! What of the graph is shown to whom.

use serde::Deserialize;

/// What of the graph is shown to whom.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContractSettings {
    /// Types, fields, arguments and enum values with one of these tags (`@tag(name:)`) are in the graph of operators only.
    pub hides: Vec<String>,
    /// Who is an operator: roles as `role:EDITOR`, and other scopes of API keys. Administrators always are.
    pub operators: Vec<String>,
    /// What becomes of an operation of somebody else that asks for what is hidden.
    pub when_asked: WhenAsked,
}

/// What becomes of an operation that asks for what is hidden from its viewer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenAsked {
    /// It is refused as for any field that the viewer may not ask: `UNAUTHENTICATED`, `FORBIDDEN`.
    #[default]
    Refuse,
    /// It asks for what is not there.
    Unknown,
}

impl Default for ContractSettings {
    fn default() -> Self {
        let operators = ["EDITOR", "MODERATOR", "SUPPORT", "BILLING", "ANALYST", "ADMIN"];
        Self {
            hides: vec!["admin".to_owned()],
            operators: operators.map(|role| format!("role:{role}")).into(),
            when_asked: WhenAsked::default(),
        }
    }
}
