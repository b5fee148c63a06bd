//! Why recommendations fail.

use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value};

/// Why recommendations fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it must.
    #[error("cannot read what recommendations are made from")]
    Database(#[from] sea_orm::DbErr),
    /// The database cannot be opened.
    #[error("cannot open the database of recommendations")]
    Connect(#[from] database::Error),
    /// The process is stopping, or a model could not be computed.
    #[error("the model was not computed")]
    Unfinished(#[from] runtime::Unfinished),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Database(_) | Self::Connect(_) | Self::Unfinished(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Database(_) | Self::Connect(_) | Self::Unfinished(_) => Map::new(),
        }
    }
}
