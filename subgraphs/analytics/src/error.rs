//! Why analytics fails.

use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value};

/// Why analytics fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it must.
    #[error("cannot read or write analytics")]
    Database(#[from] sea_orm::DbErr),
    /// The database cannot be opened.
    #[error("cannot open the database of analytics")]
    Connect(#[from] database::Error),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Database(_) | Self::Connect(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Database(_) | Self::Connect(_) => Map::new(),
        }
    }
}
