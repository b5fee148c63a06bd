//! Tokens that somebody else signed, and the keys they publish (RFC 7517): RS256 and ES256, nothing else.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::TokenError;

/// Longest token we read: providers put groups into theirs.
const MAX_TOKEN: usize = 16 * 1024;
/// Most keys of a set.
const MAX_KEYS: usize = 100;

/// The keys of one issuer.
#[derive(Clone)]
pub struct ForeignKeys(Arc<[ForeignKey]>);

struct ForeignKey {
    id: Option<String>,
    /// The one algorithm it is used with: a token cannot choose (RFC 8725 §3.1).
    algorithm: Algorithm,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

/// A token whose signature nobody has looked at yet.
#[derive(Debug, Clone)]
pub struct ForeignToken<'t> {
    text: &'t str,
    key: Option<String>,
    algorithm: Algorithm,
    issuer: String,
}

impl ForeignKeys {
    /// Reads a JWK set; keys of other kinds, and those that are not for signatures, are left out.
    ///
    /// # Errors
    /// Why it is none, for people.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let set: JwkSet = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if set.keys.len() > MAX_KEYS {
            return Err(format!("{} keys, at most {MAX_KEYS} are read", set.keys.len()));
        }
        let keys: Arc<[ForeignKey]> = set.keys.into_iter().filter_map(ForeignKey::read).collect();
        if keys.is_empty() {
            return Err("no key for RS256 or ES256 in it".to_owned());
        }
        Ok(Self(keys))
    }

    /// Whether one of them may have signed `token`.
    pub fn has_key_of(&self, token: &ForeignToken<'_>) -> bool {
        self.find(token).is_some()
    }

    /// The key that `token` names; a token that names none is of the only one there is.
    fn find(&self, token: &ForeignToken<'_>) -> Option<&ForeignKey> {
        match (&token.key, &*self.0) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (id, keys) => keys.iter().find(|key| key.id == *id),
        }
    }
}

impl ForeignKey {
    fn read(json: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(json).ok()?;
        if jwk.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (algorithm, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => (Algorithm::RS256, DecodingKey::from_rsa_components(&jwk.n?, &jwk.e?)),
            ("EC", Some("P-256")) => (Algorithm::ES256, DecodingKey::from_ec_components(&jwk.x?, &jwk.y?)),
            _ => return None,
        };
        if jwk.alg.is_some_and(|named| named != name(algorithm)) {
            return None;
        }
        Some(Self {
            id: jwk.kid,
            algorithm,
            key: key.ok()?,
        })
    }
}

const fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "ES256",
        _ => "RS256",
    }
}

impl<'t> ForeignToken<'t> {
    /// Reads what has to be known for finding the key.
    ///
    /// # Errors
    /// It is no token, its algorithm is not one of ours, or it asks for what we do not understand (RFC 7515 §4.1.11).
    pub fn read(text: &'t str) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN {
            return Err(TokenError::Invalid);
        }
        let header = jsonwebtoken::decode_header(text).map_err(|_| TokenError::Invalid)?;
        if ![Algorithm::RS256, Algorithm::ES256].contains(&header.alg) || header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        let mut parts = text.split('.');
        let payload = parts.nth(1).ok_or(TokenError::Invalid)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Invalid)?;
        let claims: Map<String, Value> = serde_json::from_slice(&payload).map_err(|_| TokenError::Invalid)?;
        let issuer = claims.get("iss").and_then(Value::as_str).ok_or(TokenError::Invalid)?;
        Ok(Self {
            text,
            key: header.kid,
            algorithm: header.alg,
            issuer: issuer.to_owned(),
        })
    }

    /// Who made it, as it says.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What is signed: two tokens with the same are the same, as an ES256 signature can be written in two ways.
    pub fn signed(&self) -> &'t str {
        self.text.rsplit_once('.').map_or(self.text, |(signed, _)| signed)
    }

    /// What it says, signed by one of `keys`. Issuer, audience and time are still to be checked.
    ///
    /// # Errors
    /// It is not signed by any of them.
    pub fn verify(&self, keys: &ForeignKeys) -> Result<Map<String, Value>, TokenError> {
        let found = keys.find(self).filter(|key| key.algorithm == self.algorithm);
        let key = found.ok_or(TokenError::Invalid)?;
        let mut validation = Validation::new(key.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_aud = false;
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode(self.text, &key.key, &validation);
        Ok(decoded.map_err(|_| TokenError::Invalid)?.claims)
    }
}
