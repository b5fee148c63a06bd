//! The catalogue: what there is to watch. It owns titles (movies, series, seasons, episodes, videos), their people,
//! genres, pictures and packaged films, and tells the other services of every published change.
//!
//! It never decides who may watch (rights) or what it costs (billing). Begin with [`service()`], then
//! `service/lists.rs` (reading), `service/editing.rs` and `service/publishing.rs` (writing), and
//! `schema/types/title.rs` (the interface that every other subgraph adds to).

mod demo;
mod domain;
mod entities;
mod error;
mod loaders;
mod schema;
mod service;

use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;

/// Settings of the catalogue; it has none yet.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

/// Builds the catalogue: its part of the graph and its demo. It takes no events and has no jobs.
///
/// # Errors
/// Its database cannot be opened.
pub async fn service(platform: &Platform, _settings: Settings) -> Result<Service, Error> {
    let database = platform.database("catalogue").await?;
    let catalogue = service::Catalogue::new(database.clone(), &platform.urls.media);
    let readers = catalogue.clone();
    let endpoint = graphql::SchemaEndpoint::new(schema::build(catalogue.clone()), move |data| {
        data.insert(loaders::Loaders::new(&readers));
    });
    let clock = platform.clock.clone();
    Ok(Service::new("catalogue")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .demo(move || {
            let (catalogue, now) = (catalogue.clone(), clock.now());
            async move { demo::load(&catalogue, now).await }
        }))
}
