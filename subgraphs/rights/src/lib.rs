//! Rights: who may watch what, and the one door to a stream. It owns access rules, the entitlement ledger (fed by
//! billing's events), stream slots and playback sessions.
//!
//! It never takes money (billing) and never carries bytes (the sidecar reads the tokens and paths that are minted
//! here). Begin with `domain/decision.rs` (may it be watched?), then `service/playback.rs` (`startPlayback`) and
//! `service/reports.rs` (what players tell).

mod demo;
mod domain;
mod entities;
mod error;
mod events;
mod jobs;
mod loaders;
mod schema;
mod service;

use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;
use service::Rights;

/// Settings of rights.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The country this platform serves, ISO 3166-1: rules name the territories where content may be shown.
    pub territory: String,
    /// The part of the country this platform serves, ISO 3166-2 (`GB-SCT`); empty: no part. Blackouts may name it.
    pub region: String,
    /// Streams at the same time of an account without any entitlement.
    pub free_streams: i32,
    /// Oldest age rating that a children's profile without a limit of its own may watch, in years.
    pub kids_max_age: i32,
    /// Seconds between two reports of a player; after two without one its slot may be given away.
    pub heartbeat_seconds: u32,
    /// Seconds without a report after which a session is ended.
    pub end_silent_after_seconds: u32,
    /// Life of a stream token, in seconds.
    pub stream_token_ttl_seconds: u32,
    /// Life of the signed paths of a session, in seconds.
    pub manifest_ttl_seconds: u32,
    /// Days that idempotency keys of reports are remembered.
    pub report_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            territory: "GB".to_owned(),
            region: String::new(),
            free_streams: 1,
            kids_max_age: 12,
            heartbeat_seconds: 30,
            end_silent_after_seconds: 600,
            stream_token_ttl_seconds: 3600,
            manifest_ttl_seconds: 4 * 3600,
            report_days: 7,
        }
    }
}

impl Settings {
    /// Where viewers are: the country, and the part of it if one is set.
    pub(crate) fn places(&self) -> Vec<&str> {
        let places = [self.territory.as_str(), self.region.as_str()];
        places.into_iter().filter(|place| !place.is_empty()).collect()
    }

    /// How long a session may be silent and keep its slot.
    pub(crate) fn silence(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::seconds(i64::from(self.heartbeat_seconds) * 2)
    }
}

/// Builds rights: its part of the graph, its consumer, one job, its part of the demo.
///
/// # Errors
/// Its database cannot be opened.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("rights").await?;
    let rights = Rights::new(platform, database.clone(), settings);
    let factory = rights.clone();
    let endpoint = SchemaEndpoint::new(schema::build(rights.clone()), move |data| {
        data.insert(loaders::Loaders::new(&factory));
    });
    Ok(Service::new("rights")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .consumer(events::consumer(&rights))
        .jobs(jobs::jobs(&rights))
        .demo(move || {
            let rights = rights.clone();
            async move { demo::load(&rights).await }
        }))
}
