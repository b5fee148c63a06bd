//! CloudEvents 1.0, JSON format.

use kernel::{Event, EventId, Instant};
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// One event on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique; the key of deduplication.
    pub id: EventId,
    /// The producing service: `/matinee/accounts`.
    pub source: String,
    /// What happened, with its version.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of what it is about.
    pub subject: String,
    /// When it was raised.
    pub time: Instant,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The event itself.
    pub data: serde_json::Value,
}

impl Envelope {
    /// The envelope of a row of `service`'s outbox.
    ///
    /// # Errors
    /// The row holds no JSON.
    pub fn from_outbox(service: &str, row: &database::outbox::Model) -> Result<Self, serde_json::Error> {
        Ok(Self {
            specversion: "1.0".to_owned(),
            id: EventId(row.id),
            source: format!("/matinee/{service}"),
            kind: row.kind.clone(),
            subject: row.subject.clone(),
            time: row.occurred_at,
            datacontenttype: "application/json".to_owned(),
            data: serde_json::from_str(&row.payload)?,
        })
    }

    /// The event, read as `E`.
    ///
    /// # Errors
    /// [`Outcome::Fail`]: another try would read the same bytes.
    pub fn read<E: Event>(&self) -> Result<E, Outcome> {
        E::deserialize(&self.data)
            .map_err(|error| Outcome::Fail(format!("event {} is not a {}: {error}", self.id, E::TYPE)))
    }
}
