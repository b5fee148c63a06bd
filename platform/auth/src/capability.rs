//! What a player carries: an opaque stream token (a KV record) and a signed media path.

use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{AccountId, Instant, PlaybackSessionId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::KeyError;

/// KV bucket of stream tokens: token → [`StreamGrant`].
pub const STREAM_TOKENS: &str = "stream-tokens";
/// KV bucket of revoked access tokens: `jti` → empty, living as long as the token would.
pub const REVOKED_TOKENS: &str = "revoked-tokens";

/// A new stream token: 32 random bytes, base64url. It cannot be guessed, so nothing of it needs to be signed.
///
/// # Errors
/// The system has no randomness.
pub fn stream_token() -> Result<String, KeyError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::Generate)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What a stream token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamGrant {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// Who plays.
    pub account: AccountId,
    /// Title or channel.
    pub content: uuid::Uuid,
    /// Object key of the progressive original.
    pub object_key: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its media type.
    pub content_type: String,
    /// When it was minted.
    pub issued_at: Instant,
}

/// What a signed media path allows: everything below `prefix` until `expires`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathClaims {
    /// Ends at, seconds since 1970.
    #[serde(rename = "e")]
    pub expires: i64,
    /// Allowed paths begin with this: `v/{asset}/{revision}/`.
    #[serde(rename = "p")]
    pub prefix: String,
    /// The playback session.
    #[serde(rename = "s")]
    pub session: PlaybackSessionId,
}

/// Signs and checks `/s/{kid}.{claims}.{mac}/…` paths: HMAC-SHA256, cut to 16 bytes.
///
/// The token is a path segment, so relative URIs in manifests inherit it; a query would be lost.
#[derive(Clone)]
pub struct PathSigner {
    secret: Vec<u8>,
}

/// Id of the one key there is; rotation adds a second.
const KEY_ID: &str = "1";
/// Longest token segment we read.
const MAX_SEGMENT: usize = 1024;

impl PathSigner {
    /// Signs with `secret`.
    pub fn new(secret: Vec<u8>) -> Self {
        Self { secret }
    }

    /// Signs with the secret in `file`, made when there is none.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        Ok(Self::new(crate::keys::open_secret(file)?))
    }

    /// The token segment for `claims`: `{kid}.{claims}.{mac}`.
    pub fn sign(&self, claims: &PathClaims) -> String {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).expect("plain data"));
        let mac = self.mac(&body).finalize().into_bytes();
        format!("{KEY_ID}.{body}.{}", URL_SAFE_NO_PAD.encode(&mac[..16]))
    }

    /// The claims of a token segment when it is ours, still valid at `now`, and covers `path`.
    pub fn verify(&self, segment: &str, path: &str, now: Instant) -> Option<PathClaims> {
        if segment.len() > MAX_SEGMENT {
            return None;
        }
        let (kid, rest) = segment.split_once('.')?;
        let (body, mac) = rest.split_once('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        if kid != KEY_ID || mac.len() != 16 || self.mac(body).verify_truncated_left(&mac).is_err() {
            return None;
        }
        let claims: PathClaims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (claims.expires > now.timestamp() && path.starts_with(&claims.prefix)).then_some(claims)
    }

    fn mac(&self, body: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(KEY_ID.as_bytes());
        mac.update(b".");
        mac.update(body.as_bytes());
        mac
    }
}
