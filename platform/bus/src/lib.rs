//! Events between services: at least once on the wire, effectively once by inbox.
//!
//! A service raises events in its transactions ([`database::Tx::raise`]); the [`Relay`] takes them from the outbox to
//! the [`Bus`]; a [`Consumer`] (durable, once per service) or a listener (every instance, no replay) receives them.
//! Drivers: [`Memory`] (one process: publishing *is* delivering, so an event leaves the outbox only when every consumer
//! has taken it) and [`Nats`] (JetStream).

mod consumer;
mod envelope;
mod memory;
mod nats;
mod relay;
pub mod suite;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

pub use consumer::{Consumer, Meta, OrRetry, Outcome};
pub use envelope::Envelope;
pub use memory::Memory;
pub use nats::Nats;
pub use relay::Relay;

/// Where events go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `memory` (one process) or `nats://host:port`.
    pub url: String,
    /// Deliver events before a mutation's answer leaves; only with `memory`.
    pub inline: bool,
    /// Deliveries of one event before it is given up.
    pub max_attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "memory".to_owned(),
            inline: true,
            max_attempts: 20,
        }
    }
}

impl Settings {
    /// Whether events stay in this process.
    pub fn is_embedded(&self) -> bool {
        self.url == "memory"
    }
}

/// Why the bus refuses.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The setting names no driver.
    #[error("events.url {0:?} is neither memory nor nats:")]
    UnknownDriver(String),
    /// It does not answer.
    #[error("the event bus does not answer: {0}")]
    Unavailable(String),
    /// At least one consumer has not taken the event.
    #[error("{0}")]
    NotDelivered(String),
    /// No later try can help: the event is given up.
    #[error("{0}")]
    Dead(String),
}

/// Carries events from producers to consumers.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Publishes one event; `Ok` means it cannot be lost any more.
    async fn publish(&self, event: &Envelope) -> Result<(), Error>;

    /// Gives every event of the consumer's kinds to it, once per service, until `stop`.
    ///
    /// Returns when the subscription stands; the future runs the consumer.
    async fn consume(
        &self,
        consumer: Consumer,
        stop: CancellationToken,
    ) -> Result<futures_util::future::BoxFuture<'static, ()>, Error>;

    /// Events of `kinds` (none named: of every kind) from now on, to every instance, without replay. A listener that is too slow misses events: it
    /// must read what it missed from its database.
    async fn listen(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error>;

    /// As [`Bus::listen`], but the stream ends when events were missed or the connection was lost: for who has no database
    /// to read them from.
    async fn listen_closely(&self, kinds: &[&'static str]) -> Result<BoxStream<'static, Envelope>, Error>;

    /// Events that wait for the consumer of `service`; the metric `consumer_lag`.
    async fn lag(&self, service: &str) -> Result<u64, Error>;
}

/// Opens the bus that the settings name.
///
/// # Errors
/// An unknown driver, or no answer.
pub async fn connect(settings: &Settings) -> Result<Arc<dyn Bus>, Error> {
    if settings.is_embedded() {
        return Ok(Arc::new(Memory::default()));
    }
    if settings.url.starts_with("nats:") {
        return Ok(Arc::new(Nats::connect(&settings.url, settings.max_attempts).await?));
    }
    Err(Error::UnknownDriver(
        settings.url.split(':').next().unwrap_or_default().to_owned(),
    ))
}
