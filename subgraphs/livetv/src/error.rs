//! Why live TV cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use sea_orm::DbErr;
use serde_json::{Map, Value};

/// Why live TV cannot answer. What an operator can mend is a [`crate::service::Problem`] or an import's message instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read or passes a limit.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it is told.
    #[error("the database of live TV failed")]
    Database(#[from] DbErr),
    /// The service's database cannot be opened.
    #[error("cannot open the database of live TV")]
    Open(#[from] database::Error),
    /// An uploaded guide cannot be read back.
    #[error("cannot read the uploaded guide")]
    Storage(#[from] storage::Error),
    /// Guide changes cannot be heard of.
    #[error("cannot listen for guide changes")]
    Bus(#[from] bus::Error),
    /// Claims of imports cannot be made.
    #[error("cannot claim the import")]
    Kv(#[from] cache::Error),
    /// The process stops.
    #[error("the guide was not parsed")]
    Unfinished(#[from] runtime::Unfinished),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Bus(_) | Self::Kv(_) | Self::Unfinished(_) => ErrorCode::Unavailable,
            Self::Database(_) | Self::Open(_) | Self::Storage(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            _ => Map::new(),
        }
    }
}
