//! The search subgraph: finds titles, people, channels and programmes, and completes what is being typed.
//!
//! It owns nothing but copies: documents follow the events of catalogue and live TV into the table `documents`, and the
//! index follows that table ([`index::SearchBackend`]), so an index can be lost at any time. Hits are keys: names and
//! pictures come from the services that own them. Begin with [`service`], then `service/finding.rs`.

mod domain;
mod entities;
mod error;
mod events;
pub mod index;
mod jobs;
mod schema;
mod service;

use std::sync::Arc;

use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use domain::{Document, GenreName, Kind, suggestion::Candidate};
pub use error::Error;
pub use service::Search;

/// How search works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Shortest time between two commits of the index, in milliseconds: how late a change can be found.
    pub commit_every_ms: u64,
    /// Memory of the index writer, in bytes; at least 15,000,000.
    pub writer_memory_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            commit_every_ms: 200,
            writer_memory_bytes: 16_000_000,
        }
    }
}

/// Builds the search service: GraphQL, one consumer, one job, and the task that keeps the index up with the documents.
///
/// # Errors
/// The database does not answer, or the index folder cannot be used.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("search").await?;
    let folder = platform.data_dir.join("search");
    let index = index::Embedded::open(folder, settings.writer_memory_bytes).await?;
    let search = Search::new(platform, database.clone(), Arc::new(index), settings);
    search.follow(platform);
    let settling = search.clone();
    Ok(Service::new("search")
        .database(database)
        .graphql(SchemaEndpoint::new(schema::build(search.clone()), |_| {}))
        .consumer(events::consumer(&search))
        .jobs(jobs::jobs(&search))
        .settled(move || {
            let search = settling.clone();
            async move { search.catch_up().await }
        }))
}
