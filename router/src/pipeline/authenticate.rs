//! Who asks: the token is verified once, here, and the viewer is handed on.

use std::sync::Arc;

use auth::{ApiKey, Bearer, Verifier, Viewer};
use kernel::{ErrorCode, Refusal};

use crate::error::Rejection;

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// The content of the token; `None` for somebody who is not signed in.
    pub viewer: Option<Arc<Viewer>>,
    /// The token as it came, for subgraphs in other processes.
    pub bearer: Option<Bearer>,
    /// The key of the application that asks: its quotas count, also where the viewer is a user's.
    pub key: Option<Arc<ApiKey>>,
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
