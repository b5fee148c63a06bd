//! An event that was not taken.

use async_graphql::{Enum, Object};

use crate::service;

/// Why an event was not taken.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::RejectionCode")]
pub enum EventRejectionCode {
    /// The id is empty or too long.
    BadId,
    /// The type is neither known nor a word.
    BadType,
    /// It happened too long ago.
    TooOld,
    /// It has not happened yet.
    InFuture,
    /// The subject is too long.
    BadSubject,
    /// The metadata is too long, or not an object.
    BadMetadata,
}

/// An event that was not taken.
pub struct RejectedEvent(pub(crate) service::Rejection);

/// An event that was not taken.
#[Object]
impl RejectedEvent {
    /// Its place in the call, from 0.
    async fn index(&self) -> i32 {
        i32::try_from(self.0.index).unwrap_or(i32::MAX)
    }

    /// Why, for the app.
    async fn code(&self) -> EventRejectionCode {
        self.0.code.into()
    }

    /// Why, for people.
    async fn message(&self) -> &str {
        self.0.code.message()
    }
}
