//! Time and ids are handed in, so that tests can set them.

use chrono::{SubsecRound, Utc};
use uuid::Uuid;

use crate::Instant;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC, cut to milliseconds so that every database gives back what it was given.
    fn now(&self) -> Instant;
}

/// Makes identifiers.
pub trait Ids: Send + Sync + 'static {
    /// A new UUIDv7 (RFC 9562 §5.7): unique, and sorted by time of making.
    fn next(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        Utc::now().trunc_subsecs(3)
    }
}

/// Random UUIDv7s.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes random ids")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
