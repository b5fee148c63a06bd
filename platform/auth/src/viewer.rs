//! Who a verified token speaks for.

use std::sync::Arc;

use kernel::{AccountId, ErrorCode, Instant, Refusal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an account may do, beyond watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Watches; every account has it.
    Viewer,
    /// Submits videos.
    Creator,
    /// Edits the catalogue.
    Editor,
    /// Moderates reviews and videos.
    Moderator,
    /// Helps customers.
    Support,
    /// Runs plans and invoices.
    Billing,
    /// Reads metrics.
    Analyst,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles, in order.
    pub const ALL: [Self; 8] = [
        Self::Viewer,
        Self::Creator,
        Self::Editor,
        Self::Moderator,
        Self::Support,
        Self::Billing,
        Self::Analyst,
        Self::Admin,
    ];

    /// What the scopes that stand for roles begin with: `role:ADMIN`.
    pub const SCOPE: &str = "role:";

    /// The name in tokens and in the graph.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Creator => "CREATOR",
            Self::Editor => "EDITOR",
            Self::Moderator => "MODERATOR",
            Self::Support => "SUPPORT",
            Self::Billing => "BILLING",
            Self::Analyst => "ANALYST",
            Self::Admin => "ADMIN",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Who this request speaks for: the content of a verified access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The account.
    pub account: AccountId,
    /// Its roles when the token was made.
    pub roles: Vec<Role>,
    /// What else the token may do: the scopes of the API key it stands for, or that it was exchanged for.
    pub scopes: Vec<String>,
    /// The token's `jti`: looked up among the revoked ones where a capability is minted.
    pub token_id: Uuid,
    /// When the token ends.
    pub expires_at: Instant,
}

impl Viewer {
    /// Whether the viewer has one of `roles`; an administrator has all.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles
            .iter()
            .any(|role| *role == Role::Admin || roles.contains(role))
    }

    /// Refuses a viewer without any of `roles`.
    ///
    /// # Errors
    /// `FORBIDDEN`, naming the roles.
    pub fn require_any(&self, roles: &[Role]) -> Result<(), Refusal> {
        if self.has_any(roles) {
            return Ok(());
        }
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        Err(Refusal::new(
            ErrorCode::Forbidden,
            format!("this needs the role {}", names.join(" or ")),
        ))
    }
}

/// The token as it came, for handing on to a subgraph in another process.
#[derive(Clone)]
pub struct Bearer(pub Arc<str>);

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(…)")
    }
}
