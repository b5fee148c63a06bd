//! The identity providers that are trusted, and the keys they publish.

use std::{sync::Arc, time::Duration};

use auth::{ForeignKeys, ForeignToken};
use chrono::TimeDelta;
use kernel::{Clock, Instant};
use serde::Deserialize;
use tokio::sync::Mutex;
use web::WebAddress;

use crate::{Error, Settings, domain::provider::Provider};

/// Keys are read again after this, so that one that was withdrawn is not believed for long.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// Keys that cannot be read again are believed for so long.
const BELIEVED: TimeDelta = TimeDelta::hours(6);
/// Shortest time between two looks: tokens that name keys nobody has are free to make.
const REST: TimeDelta = TimeDelta::seconds(30);
/// Longest wait for a document of a provider.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest document of a provider; they have a few kilobytes.
const MAX_DOCUMENT: usize = 256 * 1024;

/// All that are trusted.
pub(super) struct Providers {
    all: Vec<Trusted>,
}

/// One of them.
pub(super) struct Trusted {
    pub entry: Provider,
    /// Hosts that need not be on the public internet.
    private: Vec<String>,
    clock: Arc<dyn Clock>,
    /// Held while they are fetched, so that many tokens are one fetch.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Option<(ForeignKeys, Instant)>,
    tried_at: Option<Instant>,
}

/// What is read of a discovery document (OpenID Connect Discovery 1.0 §3).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Providers {
    /// The providers of the settings.
    ///
    /// # Errors
    /// The entry that cannot work.
    pub(super) fn try_new(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Self, Error> {
        let mut all: Vec<Trusted> = Vec::new();
        for entry in &settings.providers {
            let wrong = |reason: String| Error::Provider(entry.name.clone(), reason);
            entry.check().map_err(wrong)?;
            if all.iter().any(|other| other.entry.issuer == entry.issuer) {
                return Err(wrong(format!("{} has an entry already", entry.issuer)));
            }
            let trusted = Trusted {
                entry: entry.clone(),
                private: settings.allow_private_providers.clone(),
                clock: clock.clone(),
                kept: Mutex::default(),
            };
            trusted.address(&trusted.first_url()).map_err(wrong)?;
            all.push(trusted);
        }
        Ok(Self { all })
    }

    /// The provider that is `issuer`.
    pub(super) fn find(&self, issuer: &str) -> Option<&Trusted> {
        self.all.iter().find(|trusted| trusted.entry.issuer == issuer)
    }
}

impl Trusted {
    /// The keys that may have signed `token`, as they are now.
    ///
    /// # Errors
    /// The provider's keys cannot be had.
    pub(super) async fn keys_for(&self, token: &ForeignToken<'_>) -> Result<ForeignKeys, Error> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some((keys, fetched_at)) = &kept.keys
            && *fetched_at + FRESH > now
            && keys.has_key_of(token)
        {
            return Ok(keys.clone());
        }
        let has_rested = kept.tried_at.is_none_or(|tried_at| tried_at + REST <= now);
        if has_rested {
            kept.tried_at = Some(now);
            match self.fetch().await {
                Ok(keys) => kept.keys = Some((keys, now)),
                Err(reason) => {
                    tracing::warn!(
                        provider = self.entry.name,
                        reason,
                        "keys of an identity provider were not read"
                    );
                }
            }
        }
        match &kept.keys {
            Some((keys, fetched_at)) if *fetched_at + BELIEVED > now => Ok(keys.clone()),
            _ => Err(Error::NoProviderKeys(self.entry.name.clone())),
        }
    }

    async fn fetch(&self) -> Result<ForeignKeys, String> {
        let first = self.first_url();
        let document = self.read(&first).await?;
        if !self.entry.jwks_url.is_empty() {
            return ForeignKeys::parse(&document);
        }
        let found: Discovery = serde_json::from_slice(&document).map_err(|error| format!("{first}: {error}"))?;
        if found.issuer != self.entry.issuer {
            return Err(format!("{first} is of another issuer"));
        }
        ForeignKeys::parse(&self.read(&found.jwks_uri).await?)
    }

    async fn read(&self, url: &str) -> Result<Vec<u8>, String> {
        let read = web::read_outside(&self.address(url)?, &self.private, MAX_DOCUMENT, PATIENCE).await;
        read.map(Vec::from).map_err(|reason| format!("{url}: {reason}"))
    }

    /// What is read first: the keys, or the document that says where they are.
    fn first_url(&self) -> String {
        match self.entry.jwks_url.as_str() {
            "" => format!(
                "{}/.well-known/openid-configuration",
                self.entry.issuer.trim_end_matches('/')
            ),
            url => url.to_owned(),
        }
    }

    /// Keys that could be changed on their way are nobody's: only a host that is named in the settings may go without TLS.
    fn address(&self, url: &str) -> Result<WebAddress, String> {
        let address = WebAddress::parse(url).map_err(|reason| format!("{url}: {reason}"))?;
        if !address.is_https() && !address.is_of(&self.private) {
            return Err(format!("{url}: keys are read by https:// only"));
        }
        Ok(address)
    }
}
