//! Why the catalogue cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use sea_orm::DbErr;
use serde_json::{Map, Value};

/// Why the catalogue cannot answer. What an editor can mend is a [`crate::service::Problem`] instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read or passes a limit.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it is told.
    #[error("the catalogue's database failed")]
    Database(#[from] DbErr),
    /// The service's database cannot be opened.
    #[error("cannot open the catalogue's database")]
    Open(#[from] database::Error),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Database(_) | Self::Open(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Database(_) | Self::Open(_) => Map::new(),
        }
    }
}
