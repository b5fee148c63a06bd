//! REST beside the graph: what carries bytes.
//!
//! - `GET|HEAD /api/v1/stream/{token}`: the progressive original by stream token, with ranges ([`range`]);
//! - `GET|HEAD /s/{signature}/v/{asset}/{revision}/clear/…`: HLS by signed path, written from the stored index;
//! - `GET|HEAD /s/{signature}/l/{asset}/{revision}/{part}/…`: HLS of a channel that loops an asset, now or what was on;
//! - `GET|HEAD /api/v1/images/{id}`: artwork;
//! - `POST /api/v1/admin/livetv/epg/upload`: a guide, checked while it streams into storage;
//! - `POST /api/v1/auth/verify`: whether an access token is good now.
//!
//! It never answers a part of the graph. [`delivery`] reads the key-value store and objects and is not given a database:
//! a player's bytes do not depend on one. [`ingest`] owns the sidecar's tables and raises `GuideUploaded`. Begin with
//! [`service`].

mod delivery;
mod demo_content;
mod entities;
mod error;
mod ingest;
pub mod range;
mod tokens;

use std::{sync::Arc, time::Duration};

use auth::TokenService;
use runtime::{Job, Platform, Service};
use serde::Deserialize;

pub use demo_content::load as load_demo;
pub use error::Error;
pub use ingest::Limits;

/// Limits of what is taken in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Largest guide as sent, in bytes; compressed or not.
    pub guide_upload_max_bytes: u64,
    /// Largest guide after decompression, in bytes.
    pub guide_document_max_bytes: u64,
    /// Days an uploaded guide is kept for looking into a failed import.
    pub guide_keep_days: u32,
    /// Longest wait for the next bytes of an upload, in seconds.
    pub upload_stall_seconds: u64,
    /// Who is asked whether a token is good: `grpc://host:port` of accounts; empty: this process looks itself.
    pub token_service: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guide_upload_max_bytes: 64 * 1024 * 1024,
            guide_document_max_bytes: 256 * 1024 * 1024,
            guide_keep_days: 7,
            upload_stall_seconds: 30,
            token_service: String::new(),
        }
    }
}

/// Builds the sidecar: REST routes, its outbox, one job, its share of the demo.
///
/// # Errors
/// Its database cannot be opened, or a setting is not what it should be.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("sidecar").await?;
    let delivery = delivery::Delivery::new(platform);
    let ingest = ingest::Ingest::new(platform, database.clone(), &settings);
    let routes = delivery::routes(delivery)
        .merge(ingest::routes(ingest.clone()))
        .merge(tokens::routes(token_service(platform, &settings.token_service)?));
    let remove_old = Job::new("sidecar.remove_old_guides", Duration::from_hours(1), move || {
        let ingest = ingest.clone();
        async move { ingest.remove_old_guides().await }
    });
    let storage = Arc::clone(&platform.storage);
    let load_demo = move || {
        let storage = Arc::clone(&storage);
        async move { load_demo(&*storage).await }
    };
    Ok(Service::new("sidecar")
        .database(database)
        .routes(routes)
        .jobs(vec![remove_old])
        .demo(load_demo))
}

fn token_service(platform: &Platform, address: &str) -> Result<TokenService, Error> {
    if address.is_empty() {
        return Ok(TokenService::here(platform.verifier.clone(), platform.kv.clone()));
    }
    TokenService::there(address).ok_or_else(|| Error::TokenService(address.to_owned()))
}
