//! Accounts: who signs in, who watches, and what they watched, listed and rated.
//!
//! Owns accounts, sign-ins, profiles, watchlists, viewing history and ratings, and signs every access token. It never
//! decides who may watch what (rights) and takes no money (billing). Begin with [`service()`], then `service/` (one file
//! per noun) and the rules in `domain/`: `password.rs`, `resume.rs`.

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

pub use domain::provider::Provider;
pub use error::Error;

use crate::service::Accounts;

/// Limits of accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Most profiles of an account.
    pub max_profiles: u32,
    /// Most titles on a watchlist.
    pub max_watchlist: u32,
    /// Most live API keys of an account.
    pub max_api_keys: u32,
    /// Longest life of an API key, in days.
    pub max_api_key_days: u32,
    /// Passwords hashed or verified at the same time; each takes about 20 ms of a core and 19 MiB.
    pub hashing_at_once: usize,
    /// Failed sign-ins with one e-mail address before it has to wait.
    pub login_failures: u32,
    /// The wait, in seconds: failures are forgotten so long after the first.
    pub login_window_seconds: u64,
    /// Where mail is put for the operator's mail system to send, a file for each; empty is `mail` in the data folder.
    pub mail_folder: String,
    /// Life of the token in a mail for a new password, in seconds.
    pub password_reset_seconds: u64,
    /// Most mails for a new password to one address within that time.
    pub password_reset_mails: u32,
    /// Most access tokens of an account that were made from other tokens or API keys and have not ended.
    pub max_exchanged_tokens: u32,
    /// Identity providers whose tokens sign people in.
    pub providers: Vec<Provider>,
    /// Hosts (`host` or `host:port`) of identity providers that need neither be on the public internet nor have TLS.
    pub allow_private_providers: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_profiles: 8,
            max_watchlist: 1000,
            max_api_keys: 20,
            max_api_key_days: 365,
            hashing_at_once: 2,
            login_failures: 10,
            login_window_seconds: 15 * 60,
            mail_folder: String::new(),
            password_reset_seconds: 60 * 60,
            password_reset_mails: 3,
            max_exchanged_tokens: 1000,
            providers: Vec::new(),
            allow_private_providers: Vec::new(),
        }
    }
}

/// Builds accounts: its part of the graph, its consumer, its jobs, its demo.
///
/// # Errors
/// The database does not answer, or the process has no key to sign tokens with.
pub async fn service(platform: &Platform, settings: Settings) -> Result<Service, Error> {
    let database = platform.database("accounts").await?;
    let accounts = Accounts::try_new(platform, database.clone(), settings)?;
    // What is short-lived may be lost; the job tries again.
    if let Err(error) = accounts.publish_api_keys().await {
        tracing::warn!(%error, "API keys are not all live yet");
    }
    let factory = accounts.clone();
    let endpoint = SchemaEndpoint::new(schema::build(accounts.clone()), move |data| {
        data.insert(loaders::Loaders::new(&factory));
    });
    let demo = accounts.clone();
    Ok(Service::new("accounts")
        .database(database)
        .graphql(endpoint.after_mutation(platform.after_mutation()))
        .consumer(events::consumer(&accounts))
        .jobs(jobs::jobs(&accounts))
        .demo(move || {
            let accounts = demo.clone();
            async move { demo::load(&accounts).await }
        }))
}
