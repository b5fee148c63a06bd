//! Why search fails.

use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value};

/// Why search fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it must.
    #[error("cannot read the documents of search")]
    Database(#[from] sea_orm::DbErr),
    /// The database cannot be opened.
    #[error("cannot open the database of search")]
    Connect(#[from] database::Error),
    /// The index does not do what it must.
    #[error("the search index failed")]
    Index(#[from] crate::index::Error),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Database(_) | Self::Connect(_) | Self::Index(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Database(_) | Self::Connect(_) | Self::Index(_) => Map::new(),
        }
    }
}
