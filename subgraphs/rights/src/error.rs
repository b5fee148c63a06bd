//! Why rights cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use serde_json::{Map, Value};

/// Why rights cannot answer. What an app shows as a screen (not entitled, too many streams) is a problem instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read, passes a limit, or asks for somebody else's.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it is told.
    #[error("cannot read rights")]
    Database(#[from] sea_orm::DbErr),
    /// The service's database cannot be opened.
    #[error("cannot open the database of rights")]
    Open(#[from] database::Error),
    /// Stream tokens cannot be kept or revoked tokens cannot be looked up.
    #[error("cannot reach short-lived values")]
    Kv(#[from] cache::Error),
    /// No stream token can be made.
    #[error("cannot make a stream token")]
    Token(#[from] auth::KeyError),
    /// The bus gives no events to listen to.
    #[error("cannot listen to playback events")]
    Bus(#[from] bus::Error),
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Kv(_) | Self::Bus(_) => ErrorCode::Unavailable,
            Self::Database(_) | Self::Open(_) | Self::Token(_) => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            _ => Map::new(),
        }
    }
}
