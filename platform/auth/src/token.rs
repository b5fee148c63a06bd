//! Access tokens: RS256 (RFC 7518 §3.3), verified locally.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::DateTime;
use jsonwebtoken::{Algorithm, Header, Validation};
use kernel::{AccountId, Clock, ErrorCode, Fault, Instant};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{KeyPair, Keys, Role, Viewer};

/// Longest token we read.
const MAX_TOKEN: usize = 4096;
/// Verified tokens kept by their hash: verifying costs 23 µs, looking up well under one.
const CACHED_TOKENS: u64 = 20_000;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Account.
    pub sub: AccountId,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Ends at, seconds since 1970.
    pub exp: i64,
    /// Token id.
    pub jti: Uuid,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// What else it may do, a space between (RFC 9068 §2.2.3); roles are not repeated here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The API key it was given to (RFC 9068 §2.2); none for a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
}

impl Claims {
    /// What it may do beside its roles.
    pub fn scopes(&self) -> Vec<String> {
        self.scope.split_whitespace().map(str::to_owned).collect()
    }
}

/// Why a token is refused. The text is safe for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Not a token of ours: malformed, another key, another algorithm, changed.
    #[error("the access token is not valid")]
    Invalid,
}

impl Fault for TokenError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Unauthenticated
    }
}

/// Signs access tokens; only accounts has one.
#[derive(Clone)]
pub struct Issuer {
    pair: Arc<KeyPair>,
    issuer: Arc<str>,
}

impl Issuer {
    /// Signs with `pair` as `issuer`.
    pub fn new(pair: Arc<KeyPair>, issuer: &str) -> Self {
        Self {
            pair,
            issuer: issuer.into(),
        }
    }

    /// A token for `account` that ends at `expires_at`.
    pub fn issue(&self, account: AccountId, roles: &[Role], id: Uuid, now: Instant, expires_at: Instant) -> String {
        self.sign(Claims {
            iss: String::new(),
            sub: account,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
            jti: id,
            roles: roles.to_vec(),
            scope: String::new(),
            client_id: None,
        })
    }

    /// The token of these claims; `iss` is ours, whatever they say.
    pub fn sign(&self, claims: Claims) -> String {
        let claims = Claims {
            iss: self.issuer.to_string(),
            ..claims
        };
        let header = Header {
            kid: Some(self.pair.id.clone()),
            ..Header::new(Algorithm::RS256)
        };
        jsonwebtoken::encode(&header, &claims, &self.pair.encoding).expect("an RSA key signs any claims")
    }

    /// The document of `/.well-known/jwks.json`.
    pub fn jwks(&self) -> String {
        self.pair.jwks()
    }
}

/// Verifies access tokens; every process has one.
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<ArcSwap<Keys>>,
    issuer: Arc<str>,
    clock: Arc<dyn Clock>,
    verified: Cache<[u8; 32], Arc<Viewer>>,
}

impl Verifier {
    /// Trusts `keys` for tokens of `issuer`.
    pub fn new(keys: Keys, issuer: &str, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: Arc::new(ArcSwap::from_pointee(keys)),
            issuer: issuer.into(),
            clock,
            verified: Cache::new(CACHED_TOKENS),
        }
    }

    /// Trusts other keys from now on.
    pub fn replace_keys(&self, keys: Keys) {
        self.keys.store(Arc::new(keys));
        self.verified.invalidate_all();
    }

    /// Whether it trusts anybody at all.
    pub fn has_keys(&self) -> bool {
        !self.keys.load().by_id.is_empty()
    }

    /// The keys it trusts, as a JWK set (RFC 7517).
    pub fn jwks(&self) -> Arc<str> {
        self.keys.load().json().clone()
    }

    /// Who `token` speaks for.
    ///
    /// # Errors
    /// [`TokenError`]; nothing tells a changed token from one of another key.
    pub fn verify(&self, token: &str) -> Result<Arc<Viewer>, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Invalid);
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let viewer = match self.verified.get(&hash) {
            Some(viewer) => viewer,
            None => {
                let viewer = Arc::new(self.check(token)?);
                self.verified.insert(hash, viewer.clone());
                viewer
            }
        };
        if viewer.expires_at <= self.clock.now() {
            return Err(TokenError::Expired);
        }
        Ok(viewer)
    }

    /// What `token` says, for whoever has to tell others of it.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn claims(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::Invalid);
        }
        let claims = self.read(token)?;
        if claims.exp <= self.clock.now().timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    fn check(&self, token: &str) -> Result<Viewer, TokenError> {
        let claims = self.read(token)?;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Invalid)?;
        Ok(Viewer {
            account: claims.sub,
            scopes: claims.scopes(),
            roles: claims.roles,
            token_id: claims.jti,
            expires_at,
        })
    }

    /// The claims of a token that is ours, whatever its time.
    fn read(&self, token: &str) -> Result<Claims, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let keys = self.keys.load();
        let kid = header.kid.unwrap_or_default();
        let (_, key) = keys
            .by_id
            .iter()
            .find(|(id, _)| *id == kid)
            .ok_or(TokenError::Invalid)?;
        // The algorithm is pinned: a token cannot choose how it is checked (RFC 8725 §3.1).
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&*self.issuer]);
        validation.validate_aud = false;
        // Time is checked against our own clock, by the caller.
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
        Ok(decoded.map_err(|_| TokenError::Invalid)?.claims)
    }
}
