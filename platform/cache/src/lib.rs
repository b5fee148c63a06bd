//! Short-lived values: stream tokens, revoked tokens, counters, leases.
//!
//! One trait, [`Kv`], with two drivers: [`Memory`] (values are journalled to `kv.db`, so a revocation survives a restart;
//! counters and leases are not) and [`Redis`]. [`suite`] is what both must do.

mod memory;
mod quota;
mod redis;
pub mod suite;

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::Deserialize;

pub use memory::Memory;
pub use redis::Redis;

/// Where short-lived values are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `memory` (one process, journalled to `kv.db`) or `redis://host:port/db`.
    pub url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "memory".to_owned(),
        }
    }
}

impl Settings {
    /// Whether values stay in this process.
    pub fn is_embedded(&self) -> bool {
        self.url == "memory"
    }
}

/// Why a value cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The setting names no driver.
    #[error("kv.url {0:?} is neither memory nor redis:")]
    UnknownDriver(String),
    /// The store does not answer.
    #[error("the key-value store does not answer: {0}")]
    Unavailable(String),
    /// The journal cannot be written.
    #[error("cannot journal short-lived values")]
    Journal(#[from] sea_orm::DbErr),
    /// Memory is full.
    #[error("the key-value store holds {0} entries, the most it may")]
    Full(usize),
}

impl kernel::Fault for Error {
    fn code(&self) -> kernel::ErrorCode {
        kernel::ErrorCode::Unavailable
    }
}

/// A bucket of units that fills by itself, evenly; full at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What it holds when full; at least 1.
    pub units: u64,
    /// How long an empty one takes to fill.
    pub per: Duration,
}

/// What was taken from a [`Quota`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Units taken; 0 when there were too few.
    pub taken: u64,
    /// Units left.
    pub left: u64,
    /// The time until there are enough; zero when units were taken.
    pub wait: Duration,
}

/// A store of values that end by themselves.
#[async_trait]
pub trait Kv: Send + Sync {
    /// The value, unless its time is over.
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Keeps a value for `ttl`, in place of an older one.
    async fn put(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<(), Error>;

    /// Keeps a value unless there is one; false when there was.
    async fn put_if_absent(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<bool, Error>;

    /// Forgets a value; false when there was none.
    async fn delete(&self, bucket: &str, key: &str) -> Result<bool, Error>;

    /// Adds to a counter and returns its new value; the first addition begins its `ttl`.
    async fn increment(&self, bucket: &str, key: &str, by: i64, ttl: Duration) -> Result<i64, Error>;

    /// Takes units from a quota: as many as there are, at least the start of `units` and at most its end, else none.
    async fn draw(&self, bucket: &str, key: &str, units: RangeInclusive<u64>, quota: Quota) -> Result<Drawn, Error>;

    /// Takes or renews a lease; false when another holder has it.
    async fn acquire(&self, bucket: &str, key: &str, holder: &str, ttl: Duration) -> Result<bool, Error>;

    /// Gives a lease back; false when `holder` did not have it.
    async fn release(&self, bucket: &str, key: &str, holder: &str) -> Result<bool, Error>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), Error>;
}

/// Opens the store that the settings name; `journal` is the database for the memory driver's values.
///
/// # Errors
/// An unknown driver, or no answer.
pub async fn connect(
    settings: &Settings,
    journal: Option<database::Database>,
    clock: Arc<dyn kernel::Clock>,
) -> Result<Arc<dyn Kv>, Error> {
    if settings.is_embedded() {
        return Ok(Arc::new(Memory::open(journal, clock).await?));
    }
    if settings.url.starts_with("redis:") {
        return Ok(Arc::new(Redis::connect(&settings.url).await?));
    }
    Err(Error::UnknownDriver(
        settings.url.split(':').next().unwrap_or_default().to_owned(),
    ))
}
