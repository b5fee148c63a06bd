//! Live TV: channels, their guide, guide imports, and what is on now.
//!
//! Owns channels and programmes; never decides who may watch (rights) and never carries a stream (sidecar). Begin with
//! `service/imports` (an XMLTV file becomes the smallest change), `service/updates.rs` (subscribers resume from a log)
//! and `service/board.rs` (now and next by one clock for each process).

mod domain;
mod entities;
mod error;
mod events;
mod jobs;
mod loaders;
mod rest;
mod schema;
mod service;
mod shown;

use database::Database;
use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;

use service::LiveTv;

/// What an operator may set of live TV.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Days that a programme is kept after it ended: the catch-up window.
    pub catch_up_days: u32,
    /// Days that a guide subscriber may be away and still resume where it was.
    pub change_log_days: u32,
    /// Changes of the guide that are kept in memory for subscribers; older ones are read from the log.
    pub updates_kept: usize,
    /// Changes of the guide that a subscriber may be behind; one that is further behind is told to read the guide again.
    pub updates_max_behind: u64,
    /// Milliseconds between two looks at the log when the bus is silent: how late a change is told whose message was lost.
    pub glance_ms: u64,
    /// Days that the report of an import is kept.
    pub import_days: u32,
    /// Days that an entry of the audit log is kept.
    pub audit_days: u32,
    /// Largest guide after decompression, in bytes.
    pub document_max_bytes: u64,
    /// Most channels of one guide.
    pub max_channels: usize,
    /// Most programmes of one guide.
    pub max_programmes: usize,
    /// Hosts (`host` or `host:port`) of guides that need not be on the public internet: for laptops and closed networks.
    pub allow_private_sources: Vec<String>,
    /// Folder below which sources of kind FOLDER may read; empty: none.
    pub sources_folder: String,
    /// Longest time for fetching a guide, in seconds.
    pub fetch_seconds: u64,
    /// Largest guide that is fetched, as it comes, in bytes.
    pub fetch_max_bytes: u64,
    /// How sure it must be which of our channels a guide means, 0 to 100.
    pub match_confidence: i32,
    /// Hours that an account may record.
    pub recording_quota_hours: u32,
    /// Days that a recording is kept after it ended.
    pub recording_days: u32,
    /// Most reminders of a profile.
    pub reminders_per_profile: u32,
    /// Most series rules of a profile.
    pub series_rules_per_profile: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            catch_up_days: 7,
            change_log_days: 7,
            updates_kept: 20_000,
            updates_max_behind: 100_000,
            glance_ms: 5_000,
            import_days: 90,
            audit_days: 730,
            document_max_bytes: 256 * 1024 * 1024,
            max_channels: 5_000,
            max_programmes: 500_000,
            allow_private_sources: Vec::new(),
            sources_folder: String::new(),
            fetch_seconds: 120,
            fetch_max_bytes: 64 * 1024 * 1024,
            match_confidence: 60,
            recording_quota_hours: 100,
            recording_days: 90,
            reminders_per_profile: 200,
            series_rules_per_profile: 100,
        }
    }
}

/// Builds live TV over its migrated database, and starts what its subscribers need.
///
/// # Errors
/// The database does not answer.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database: Database = platform.database("livetv").await?;
    let livetv = LiveTv::open(platform, database.clone(), settings).await?;
    livetv.watch(platform);
    let factory = livetv.clone();
    let demo = livetv.clone();
    let endpoint = SchemaEndpoint::new(schema::build(livetv.clone()), move |data| {
        data.insert(loaders::Loaders::new(&factory));
    });
    Ok(Service::new("livetv")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .routes(rest::routes(&livetv, platform))
        .consumer(events::consumer(&livetv))
        .jobs(jobs::jobs(&livetv))
        .demo(move || {
            let livetv = demo.clone();
            async move { livetv.load_demo().await }
        }))
}
