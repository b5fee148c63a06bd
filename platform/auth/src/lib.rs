//! Who asks: roles, tokens, keys, viewers, and the two capabilities a player carries.
//!
//! Accounts holds the [`Issuer`] (private key); everybody else verifies locally with a [`Verifier`] (public keys by
//! file or JWKS URL). Rights mints a [`StreamGrant`] into KV and signs media paths with a [`PathSigner`]; the sidecar
//! reads them and asks nobody. Tokens of identity providers are [`ForeignToken`]s. No password code here: that is accounts'.

mod api_key;
mod capability;
mod foreign;
mod keys;
mod token;
mod token_service;
mod viewer;

pub use api_key::{API_KEY_DAYS, API_KEYS, ApiKey, KeyLimits};
pub use capability::{PathClaims, PathSigner, REVOKED_TOKENS, STREAM_TOKENS, StreamGrant, stream_token};
pub use foreign::{ForeignKeys, ForeignToken};
pub use keys::{KeyError, KeyPair, Keys, Settings};
pub use token::{Claims, Issuer, TokenError, Verifier};
pub use token_service::{TokenService, TokenServiceError};
pub use viewer::{Bearer, Role, Viewer};
