//! Why the sidecar cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use sea_orm::DbErr;
use serde_json::{Map, Value};

/// What can go wrong beside the graph.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The object store failed.
    #[error("cannot use the object store")]
    Storage(#[from] storage::Error),
    /// The key-value store failed.
    #[error("cannot read the stream token")]
    Kv(#[from] cache::Error),
    /// A stored record is not what its reader expects.
    #[error("cannot read {0}")]
    Stored(&'static str, #[source] serde_json::Error),
    /// A stored index is broken, or a committed film cannot be indexed.
    #[error("cannot use the index of an asset")]
    Asset(#[from] cmaf::Error),
    /// The setting is no address.
    #[error("sidecar.token_service = {0:?} is not grpc://HOST:PORT")]
    TokenService(String),
    /// The database failed.
    #[error("cannot use the database")]
    Database(#[from] DbErr),
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Open(#[from] database::Error),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Storage(storage::Error::NotFound(_) | storage::Error::BadKey(_)) => ErrorCode::NotFound,
            Self::Storage(_) | Self::Kv(_) => ErrorCode::Unavailable,
            Self::Stored(..) | Self::Asset(_) | Self::TokenService(_) | Self::Database(_) | Self::Open(_) => {
                ErrorCode::Internal
            }
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            _ => Map::new(),
        }
    }
}
