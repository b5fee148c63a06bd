//! Why accounts cannot answer.

use kernel::{ErrorCode, Fault, Refusal};
use sea_orm::DbErr;
use serde_json::{Map, Value};

/// Why accounts cannot answer. What a person can mend is a problem of its mutation instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read, passes a limit, or is about somebody else's things.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database does not do what it is told.
    #[error("the accounts database failed")]
    Database(#[from] DbErr),
    /// The service's database cannot be opened.
    #[error("cannot open the accounts database")]
    Open(#[from] database::Error),
    /// Failed sign-ins cannot be counted, or a token cannot be revoked.
    #[error("cannot use short-lived values")]
    Kv(#[from] cache::Error),
    /// A password could not be hashed or verified.
    #[error("a password could not be worked on")]
    Hashing(#[from] runtime::Unfinished),
    /// Too many passwords wait to be hashed or verified.
    #[error("too many passwords wait to be worked on")]
    Busy,
    /// A password's hash cannot be made.
    #[error("a password could not be hashed: {0}")]
    Password(String),
    /// Mail cannot be put where it is sent from.
    #[error("mail could not be put into its folder")]
    Mail(#[from] std::io::Error),
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
    /// An identity provider's entry in the settings cannot work.
    #[error("accounts.providers, {0:?}: {1}")]
    Provider(String, String),
    /// Nobody can tell at the moment whether an identity provider signed something.
    #[error("the keys of the identity provider {0} cannot be read at the moment")]
    NoProviderKeys(String),
    /// The service was started without the private key.
    #[error("accounts needs the private key that signs tokens: set auth.private_key_file")]
    NoIssuer,
}

impl Fault for Error {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Kv(error) => error.code(),
            Self::Hashing(_) | Self::Busy | Self::NoProviderKeys(_) => ErrorCode::Unavailable,
            Self::Database(_)
            | Self::Open(_)
            | Self::Password(_)
            | Self::Mail(_)
            | Self::Random
            | Self::Provider(..)
            | Self::NoIssuer => ErrorCode::Internal,
        }
    }

    fn details(&self) -> Map<String, Value> {
        match self {
            Self::Refused(refusal) => refusal.details(),
            _ => Map::new(),
        }
    }
}
