//! What is known of a request beside its document.

use std::{net::IpAddr, ops::Deref, sync::Arc};

use axum::http::HeaderMap;

use super::Identity;

/// Longest name and version of a client that is kept, in bytes.
const CLIENT_BYTES: usize = 64;

/// What is known of a request beside its document; clones are cheap and the same.
#[derive(Debug, Clone, Default)]
pub struct Context(Arc<Facts>);

/// The facts of a [`Context`].
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who asks.
    pub identity: Identity,
    /// Which application asks.
    pub client: Client,
    /// From where; `None` for calls that came by no socket.
    pub address: Option<IpAddr>,
    /// The headers of the request, for the rules that hand some on to subgraphs.
    pub headers: HeaderMap,
}

/// Which application asks, as it says itself: `apollographql-client-name` and `-version`. Not proved by anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its name; empty when it gives none.
    pub name: Arc<str>,
    /// Its version; empty when it gives none.
    pub version: Arc<str>,
}

impl Context {
    /// A context of these facts.
    pub fn new(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }
}

impl From<Identity> for Context {
    fn from(identity: Identity) -> Self {
        Self::new(Facts {
            identity,
            ..Facts::default()
        })
    }
}

impl Deref for Context {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl Client {
    /// Reads the client's headers; what is too long is cut.
    pub fn of(headers: &HeaderMap) -> Self {
        let read = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let value = value.unwrap_or_default();
            Arc::from(value.get(..CLIENT_BYTES).unwrap_or(value))
        };
        Self {
            name: read("apollographql-client-name"),
            version: read("apollographql-client-version"),
        }
    }
}
