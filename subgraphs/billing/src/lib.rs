//! Billing: what is sold, and the money. It owns plans, offers, subscriptions, purchases, rentals, invoices and
//! payments, and answers `subscribe`, `rentContent` and `purchaseContent` from its own rows.
//!
//! It never decides who may watch: rights does, from billing's events. Begin with `service/checkout.rs` (money moves at
//! most once for each idempotency key), then `service/goods.rs` (what is handed out) and `service/gateway.rs`.

mod demo;
mod domain;
mod entities;
mod error;
mod events;
mod jobs;
mod loaders;
mod schema;
mod service;

use std::sync::Arc;

use graphql::SchemaEndpoint;
use runtime::{Platform, Service};
use serde::Deserialize;

pub use error::Error;
use service::{Billing, Sandbox};

/// Settings of billing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Minutes that a subscription which renews itself gives beyond its period, while the renewal is made.
    pub renewal_grace_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            renewal_grace_minutes: 60,
        }
    }
}

/// Builds billing on the sandbox gateway: its part of the graph, its consumer, one job, its part of the demo.
///
/// # Errors
/// Its database cannot be opened.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("billing").await?;
    let billing = Billing::new(platform, database.clone(), Arc::new(Sandbox), settings);
    let factory = billing.clone();
    let endpoint = SchemaEndpoint::new(schema::build(billing.clone()), move |data| {
        data.insert(loaders::Loaders::new(&factory));
    });
    Ok(Service::new("billing")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .consumer(events::consumer(&billing))
        .jobs(jobs::jobs(&billing))
        .demo(move || {
            let billing = billing.clone();
            async move { demo::load(&billing).await }
        }))
}
