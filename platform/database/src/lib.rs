//! Relational storage: one database per service, transactions with their events, keyset pages.
//!
//! Begin with [`Database`] (a service's handle), [`Database::begin`] (the only way to write), [`Tx::raise`] (an event in the
//! same transaction) and [`page`] (lists). SQLite and PostgreSQL speak the same entities; nothing else is different
//! to a service.

mod connect;
mod count;
mod inbox;
pub mod outbox;
mod page;
mod transact;

pub use connect::{Database, Settings};
pub use count::Statements;
pub use inbox::is_first_delivery;
pub use outbox::Outbox;
pub use page::page;
pub use transact::Tx;

/// Why the database cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names no database we speak.
    #[error("database.url {0:?} is neither sqlite: nor postgres:")]
    UnknownBackend(String),
    /// It does not answer.
    #[error("cannot open the database of {service}")]
    Connect {
        /// Whose database.
        service: String,
        /// What the driver says.
        source: sea_orm::DbErr,
    },
    /// Its folder cannot be made.
    #[error("cannot make the folder {folder:?} for the database of {service}")]
    Folder {
        /// Whose database.
        service: String,
        /// Where.
        folder: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}
