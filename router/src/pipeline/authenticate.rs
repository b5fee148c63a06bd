//! Who asks: the token is verified once, here, and the viewer is handed on. Beside it, or instead of it, a key.

use std::sync::Arc;

use auth::{ApiKey, Bearer, Verifier, Viewer};
use axum::http::{HeaderMap, HeaderName, header};
use kernel::{ErrorCode, Refusal};

use super::Keys;
use crate::error::Rejection;

/// The header of an API key.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// The content of the token; `None` for somebody who is not signed in.
    pub viewer: Option<Arc<Viewer>>,
    /// The token as it came, for subgraphs in other processes; the key's own where only a key came.
    pub bearer: Option<Bearer>,
    /// The key of the application that asks: its quotas count, also where the viewer is a user's.
    pub key: Option<Arc<ApiKey>>,
}

impl Identity {
    /// What the viewer may do beside its roles: its token's scopes, and a key's unless a user's token came with it.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let key = self.key.as_ref().filter(|key| {
            let bearer = self.bearer.as_ref();
            bearer.is_some_and(|bearer| bearer.0 == key.bearer.0)
        });
        let of_key = key.into_iter().flat_map(|key| &key.scopes);
        let of_token = self.viewer.iter().flat_map(|viewer| &viewer.scopes);
        of_key.chain(of_token).map(String::as_str)
    }
}

/// What a request says of who asks.
pub(crate) struct Credentials<'h> {
    authorization: Option<&'h str>,
    api_key: Option<&'h str>,
}

impl<'h> Credentials<'h> {
    /// Reads the headers; bytes that are not text are no token either.
    pub(crate) fn of(headers: &'h HeaderMap) -> Self {
        let read = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        Self {
            authorization: read(header::AUTHORIZATION),
            api_key: read(API_KEY),
        }
    }
}

/// Who asks, by token, key or both: then the viewer is the token's, and the key says whose quota it is.
///
/// # Errors
/// `UNAUTHENTICATED` for what is not valid: who sends it does not mean to be anonymous. `UNAVAILABLE` when keys cannot
/// be looked up.
pub(crate) async fn identify(
    verifier: &Verifier,
    keys: &Keys,
    credentials: &Credentials<'_>,
) -> Result<Identity, Rejection> {
    let mut identity = authenticate(verifier, credentials.authorization)?;
    let Some(secret) = credentials.api_key else {
        return Ok(identity);
    };
    let key = keys.find(secret).await?;
    // Also where a user's token came: what accounts does not sign any more is no key.
    let viewer = verifier.verify(&key.bearer.0).map_err(|_| Keys::unknown())?;
    if identity.viewer.is_none() {
        identity.viewer = Some(viewer);
        identity.bearer = Some(key.bearer.clone());
    }
    identity.key = Some(key);
    Ok(identity)
}

/// Reads the value of an `Authorization` header (or of `authorization` in `connection_init`).
///
/// # Errors
/// `UNAUTHENTICATED` for anything but a valid bearer token: who sends one does not mean to be anonymous.
pub(crate) fn authenticate(verifier: &Verifier, authorization: Option<&str>) -> Result<Identity, Rejection> {
    let Some(value) = authorization else {
        return Ok(Identity::default());
    };
    let token = value
        .trim()
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| {
            Rejection::of(&Refusal::new(
                ErrorCode::Unauthenticated,
                "the authorization header needs a bearer token",
            ))
        })?;
    if !verifier.has_keys() {
        // A router without keys cannot tell who it is; subgraphs can.
        return Ok(Identity {
            viewer: None,
            bearer: Some(Bearer(token.into())),
            ..Identity::default()
        });
    }
    let viewer = verifier.verify(token).map_err(|error| Rejection::of(&error))?;
    Ok(Identity {
        viewer: Some(viewer),
        bearer: Some(Bearer(token.into())),
        key: None,
    })
}
