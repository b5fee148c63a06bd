//! What is known of a token (RFC 7662): one that is none, over or revoked is nothing at all.

use auth::{ApiKey, REVOKED_TOKENS, Role, Viewer};
use chrono::DateTime;
use kernel::{AccountId, Instant};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::Accounts;
use crate::{
    Error,
    domain::{scope, token},
    entities::{account, api_key, session},
};

/// What kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A JWT for requests.
    Access,
    /// Good for the next pair of tokens.
    Refresh,
    /// The secret of an application.
    ApiKey,
}

/// What is known of a token that is good now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspection {
    /// Its kind.
    pub kind: TokenKind,
    /// Whom it speaks for.
    pub account: AccountId,
    /// What it may do.
    pub roles: Vec<Role>,
    /// What it may do beside its roles.
    pub scopes: Vec<String>,
    /// Its id; no secret.
    pub id: Uuid,
    /// The API key it was given to, or is.
    pub client: Option<Uuid>,
    /// When it was made.
    pub issued_at: Instant,
    /// It ends.
    pub expires_at: Instant,
}

impl Introspection {
    /// All that it may do as one text (RFC 6749 §3.3).
    pub fn scope(&self) -> String {
        scope::text(&self.roles, &self.scopes)
    }
}

impl TokenKind {
    /// How it is called: RFC 6749 §7.1 knows `Bearer` only.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "Bearer",
            Self::Refresh => "refresh_token",
            Self::ApiKey => "api_key",
        }
    }
}

impl Accounts {
    /// The `iss` of our tokens.
    pub fn issuer(&self) -> &str {
        &self.0.tokens.issuer
    }

    /// What `viewer` may know of `token`: of its own account's everything, of others' only with the right to it.
    pub async fn introspect_for(&self, viewer: &Viewer, token: &str) -> Result<Option<Introspection>, Error> {
        let known = self.introspect(token).await?;
        Ok(known.filter(|known| known.account == viewer.account || scope::may_introspect(viewer)))
    }

    /// What is known of `token`; `None` for what is no token of ours, or not good any more.
    pub async fn introspect(&self, token: &str) -> Result<Option<Introspection>, Error> {
        if let Some(hash) = ApiKey::hash(token) {
            return self.introspect_key(&hash).await;
        }
        if let Some(hash) = token::hash(token) {
            return self.introspect_refresh(&hash).await;
        }
        let Ok(claims) = self.0.verifier.claims(token) else {
            return Ok(None);
        };
        if self.0.kv.get(REVOKED_TOKENS, &claims.jti.to_string()).await?.is_some() {
            return Ok(None);
        }
        let instants = DateTime::from_timestamp(claims.iat, 0).zip(DateTime::from_timestamp(claims.exp, 0));
        Ok(instants.map(|(issued_at, expires_at)| Introspection {
            kind: TokenKind::Access,
            account: claims.sub,
            scopes: claims.scopes(),
            roles: claims.roles,
            id: claims.jti,
            client: claims.client_id,
            issued_at,
            expires_at,
        }))
    }

    async fn introspect_key(&self, hash: &str) -> Result<Option<Introspection>, Error> {
        let now = self.0.clock.now();
        let found = api_key::Entity::with_secret(hash).one(self.0.database.reader()).await?;
        Ok(found.filter(|key| key.is_live(now)).map(|key| Introspection {
            kind: TokenKind::ApiKey,
            account: key.account(),
            roles: key.roles(),
            scopes: key.other_scopes(),
            id: key.id,
            client: Some(key.id),
            issued_at: key.created_at,
            expires_at: key.expires_at,
        }))
    }

    async fn introspect_refresh(&self, hash: &str) -> Result<Option<Introspection>, Error> {
        let now = self.0.clock.now();
        let found = session::Entity::with_token(hash).one(self.0.database.reader()).await?;
        let Some(held) = found.filter(|session| session.is_live(now)) else {
            return Ok(None);
        };
        let account = account::Entity::find_by_id(held.account_id);
        let account = account.one(self.0.database.reader()).await?;
        Ok(account.map(|account| Introspection {
            kind: TokenKind::Refresh,
            account: account.account(),
            roles: account.roles(),
            scopes: Vec::new(),
            id: held.id,
            client: None,
            issued_at: held.created_at,
            expires_at: held.expires_at,
        }))
    }
}
