//! `TokenPair`: what a sign-in gives.

use async_graphql::Object;
use kernel::Instant;

use crate::service::Tokens;

pub struct TokenPair(pub(crate) Tokens);

/// What a sign-in gives: an access token for requests, a refresh token for the next pair.
#[Object]
impl TokenPair {
    /// The token of the header `Authorization: Bearer …`: a JWT.
    async fn access_token(&self) -> &str {
        self.0.access.reveal()
    }

    /// When the access token ends.
    async fn access_token_expires_at(&self) -> Instant {
        self.0.access_expires_at
    }

    /// The token for `refreshToken`: opaque, good once.
    async fn refresh_token(&self) -> &str {
        self.0.refresh.reveal()
    }

    /// When the refresh token ends.
    async fn refresh_token_expires_at(&self) -> Instant {
        self.0.refresh_expires_at
    }

    /// Life of the access token, in seconds.
    async fn expires_in(&self) -> i32 {
        i32::try_from(self.0.access_seconds).unwrap_or(i32::MAX)
    }

    /// How the access token is sent: always `Bearer` (RFC 6750).
    async fn token_type(&self) -> &str {
        "Bearer"
    }
}
