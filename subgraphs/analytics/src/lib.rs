//! The analytics subgraph: what happened, how often, and when a title was truly watched.
//!
//! It takes events of every service and of apps, keeps them with their counts (one transaction, so a chart never
//! disagrees with the log), and tells once for each playback session that its title was watched. It decides nothing.
//! Begin with [`service()`], then `service/events.rs` and `domain/watch.rs`.

mod demo;
mod domain;
mod entities;
mod error;
mod events;
mod jobs;
mod schema;
mod service;

use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;
use service::Analytics;

/// How analytics works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Days that events are kept; counts stay for good.
    pub keep_events_days: u32,
    /// Days that the usage of the graph is kept.
    pub keep_usage_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keep_events_days: 90,
            keep_usage_days: 400,
        }
    }
}

/// Builds the analytics service: GraphQL, one consumer, one job, and its part of the demo.
///
/// # Errors
/// The database does not answer.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("analytics").await?;
    let analytics = Analytics::new(platform, database.clone(), settings);
    let demo = analytics.clone();
    let clock = platform.clock.clone();
    let endpoint = SchemaEndpoint::new(schema::build(analytics.clone()), |_| {});
    Ok(Service::new("analytics")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .consumer(events::consumer(&analytics))
        .jobs(jobs::jobs(&analytics))
        .demo(move || {
            let (analytics, now) = (demo.clone(), clock.now());
            async move { demo::load(&analytics, now).await }
        }))
}
