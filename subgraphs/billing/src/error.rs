//! Why billing cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value};

use crate::service::GatewayError;

/// Why billing cannot answer. What an app shows as a screen (declined, already owned) is a problem instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read, or another payment of the account is being made.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it is told.
    #[error("the database of billing failed")]
    Database(#[from] sea_orm::DbErr),
    /// The service's database cannot be opened.
    #[error("cannot open the database of billing")]
    Open(#[from] database::Error),
    /// Revoked tokens and leases cannot be reached.
    #[error("cannot reach short-lived values")]
    Kv(#[from] cache::Error),
    /// Nobody knows whether money moved; the same idempotency key finds out.
    #[error("the payment gateway does not answer")]
    Gateway(#[from] GatewayError),
    /// A row holds what was never written.
    #[error("a row of billing cannot be read: {0}")]
    Row(String),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Kv(_) | Self::Gateway(_) => ErrorCode::Unavailable,
            Self::Database(_) | Self::Open(_) | Self::Row(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            _ => Map::new(),
        }
    }
}
