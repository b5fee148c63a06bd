//! Scopes of tokens (RFC 6749 §3.3): roles as `role:EDITOR`, and what administrators give to API keys beside them.

use auth::{Role, Viewer};

/// Lets whoever has it learn of anybody's tokens, as the gateway of another platform has to.
const INTROSPECT: &str = "tokens:introspect";

/// Whether `viewer` may learn of the tokens of other accounts.
pub fn may_introspect(viewer: &Viewer) -> bool {
    viewer.has_any(&[]) || viewer.scopes.iter().any(|scope| scope == INTROSPECT)
}

/// Roles and other scopes as one text.
pub fn text(roles: &[Role], others: &[String]) -> String {
    let roles = roles.iter().map(|role| format!("{}{}", Role::SCOPE, role.name()));
    let all: Vec<String> = roles.chain(others.iter().cloned()).collect();
    all.join(" ")
}
