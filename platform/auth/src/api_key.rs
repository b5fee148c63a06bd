//! Keys of client applications: accounts makes them and keeps what they stand for in KV, the router reads it.

use std::sync::Arc;

use kernel::AccountId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Bearer;

/// KV bucket of live keys: [`ApiKey::hash`] of the secret → [`ApiKey`] as JSON, living as long as the key.
pub const API_KEYS: &str = "api-keys";

/// KV bucket of when keys were last used: id → the day, `2026-11-21`. Written by the router.
pub const API_KEY_DAYS: &str = "api-key-days";

/// What an API key stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id; may be shown and logged.
    pub id: Uuid,
    /// Whose it is.
    pub account: AccountId,
    /// What its maker calls it.
    pub name: String,
    /// What it may do beside the roles in `bearer`.
    pub scopes: Vec<String>,
    /// How much it may ask, where that differs from the default.
    #[serde(default)]
    pub limits: KeyLimits,
    /// The access token that is handed to subgraphs for it: they know users only.
    pub bearer: Bearer,
}

/// How much a key may ask; `None` is the router's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLimits {
    /// Requests in a minute.
    pub requests_per_minute: Option<u32>,
}

impl ApiKey {
    /// What a key begins with, so that people and scanners of repositories know one.
    pub const PREFIX: &str = "mk_live_";
    /// Its length: the prefix and 32 random bytes in base64url.
    pub const LENGTH: usize = 51;

    /// Under which a secret is kept: hex of its SHA-256. `None` for what is no key of ours.
    pub fn hash(secret: &str) -> Option<String> {
        let is_one = secret.len() == Self::LENGTH && secret.starts_with(Self::PREFIX);
        is_one.then(|| {
            let digest = Sha256::digest(secret.as_bytes());
            digest
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .concat()
        })
    }
}

impl Serialize for Bearer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bearer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Arc::from(String::deserialize(deserializer)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[test]
    fn a_key_is_known_by_its_hash_only() {
        let secret = format!("{}{}", ApiKey::PREFIX, "a".repeat(43));
        let hash = ApiKey::hash(&secret).expect("it looks like one");
        assert!(hash.len() == 64 && !hash.contains("aaaa"), "{hash}");
        assert_eq!(ApiKey::hash(&secret[1..]), None);
        assert_eq!(ApiKey::hash(&secret.replace("live", "test")), None);
    }
}
