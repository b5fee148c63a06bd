//! The recommendations subgraph: the rails of the home screen, what is related to a title, what a profile may like.
//!
//! It owns no title and no history: read models follow the events of catalogue, accounts and analytics, and a model in
//! memory ([`domain::Model`]) is computed from them. It gives keys; names and pictures come from the catalogue. Begin with
//! [`service()`], then `service/home.rs` and `domain/ranking.rs`.

mod demo;
mod domain;
mod entities;
mod error;
mod events;
mod jobs;
mod loaders;
mod schema;
mod service;

use std::time::Duration;

use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;
use service::Recommendations;

/// How recommendations work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A model that does not know the latest events is computed anew after this many seconds.
    pub refresh_after_seconds: u32,
    /// Any model is computed anew after this many seconds: popularity fades.
    pub longest_age_seconds: u32,
    /// Hours between two trainings.
    pub train_every_hours: u32,
    /// Most interactions, and most ratings, that a model is computed from.
    pub most_interactions: usize,
    /// Oldest age rating on a child's profile without a limit of its own, in years.
    pub kids_max_age: i32,
    /// The tag that editors give to titles of the editorial rail.
    pub editorial_tag: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refresh_after_seconds: 5,
            longest_age_seconds: 3600,
            train_every_hours: 24,
            most_interactions: 1_000_000,
            kids_max_age: 8,
            editorial_tag: "must see".to_owned(),
        }
    }
}

/// Builds the recommendations service: GraphQL, one consumer, one job, and its part of the demo.
///
/// # Errors
/// The database does not answer.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("recommendations").await?;
    let train_every = Duration::from_hours(u64::from(settings.train_every_hours.max(1)));
    let recommendations = Recommendations::new(platform, database.clone(), settings);
    let [factory, demo, settling] = [(); 3].map(|()| recommendations.clone());
    let endpoint = SchemaEndpoint::new(schema::build(recommendations.clone()), move |data| {
        data.insert(loaders::Loaders::new(&factory));
    });
    let clock = platform.clock.clone();
    Ok(Service::new("recommendations")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .consumer(events::consumer(&recommendations))
        .jobs(jobs::jobs(&recommendations, train_every))
        .demo(move || {
            let (recommendations, now) = (demo.clone(), clock.now());
            async move { demo::load(&recommendations, now).await }
        })
        .settled(move || {
            let recommendations = settling.clone();
            async move { recommendations.refresh().await.map(|_| ()) }
        }))
}
