//! `TokenIntrospection`: what is known of a token.

use async_graphql::{ID, SimpleObject};
use kernel::Instant;

use crate::service::Introspection;

/// What is known of a token (RFC 7662 §2.2). Of what is no token of ours, of one that is over or revoked, and of others'
/// tokens without the right to know of them, `active: false` is all that is told.
#[derive(SimpleObject, Default)]
pub struct TokenIntrospection {
    /// Whether it is good now.
    active: bool,
    /// What it may do, a space between: roles as `role:EDITOR`, and other scopes; null unless it is active.
    scope: Option<String>,
    /// The API key it was given to, or is; null for a sign-in's, and unless it is active.
    client_id: Option<ID>,
    /// What it is: `Bearer` (an access token), `refresh_token` or `api_key`; null unless it is active.
    token_type: Option<String>,
    /// When it ends, in seconds since 1970; null unless it is active.
    exp: Option<i32>,
    /// When it was made, in seconds since 1970; null unless it is active.
    iat: Option<i32>,
    /// The account it speaks for; null unless it is active.
    sub: Option<ID>,
    /// Who made it; null unless it is active.
    iss: Option<String>,
    /// Its id; no secret; null unless it is active.
    jti: Option<ID>,
}

impl TokenIntrospection {
    /// What is told of `known`; tokens are of `issuer`.
    pub fn of(known: Option<Introspection>, issuer: &str) -> Self {
        known.map_or_else(Self::default, |known| Self {
            active: true,
            scope: Some(known.scope()),
            client_id: known.client.map(ID::from),
            token_type: Some(known.kind.name().to_owned()),
            exp: Some(seconds(known.expires_at)),
            iat: Some(seconds(known.issued_at)),
            sub: Some(known.account.to_string().into()),
            iss: Some(issuer.to_owned()),
            jti: Some(known.id.into()),
        })
    }
}

/// NumericDate (RFC 7519 §2) as far as an Int goes: 2038.
fn seconds(at: Instant) -> i32 {
    i32::try_from(at.timestamp()).unwrap_or(i32::MAX)
}
