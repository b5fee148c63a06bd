//! The ports and values that every service is built from.

use std::{path::PathBuf, sync::Arc, time::Duration};

use auth::{Issuer, PathSigner, Verifier};
use bus::{Bus, Relay};
use cache::Kv;
use database::Database;
use kernel::{Clock, Ids};
use storage::Storage;

use crate::Supervisor;

/// Longest time a mutation waits for its events.
const INLINE_LIMIT: Duration = Duration::from_secs(2);

/// Base URLs that clients see in answers; no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    /// Where the graph is: `http://127.0.0.1:4000`.
    pub graph: String,
    /// Where the sidecar is.
    pub media: String,
}

/// What a [`Platform`] is made of.
pub struct PlatformParts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn Ids>,
    /// Databases.
    pub database: database::Settings,
    /// Folder of embedded backends and keys.
    pub data_dir: PathBuf,
    /// Events.
    pub bus: Arc<dyn Bus>,
    /// Events are delivered before a mutation's answer leaves.
    pub inline_events: bool,
    /// Deliveries of an event before it is given up.
    pub max_attempts: u32,
    /// Short-lived values.
    pub kv: Arc<dyn Kv>,
    /// Objects.
    pub storage: Arc<dyn Storage>,
    /// Signs tokens; only where accounts runs.
    pub issuer: Option<Issuer>,
    /// Verifies tokens.
    pub verifier: Verifier,
    /// Signs and checks media paths.
    pub paths: PathSigner,
    /// Base URLs.
    pub urls: Urls,
    /// Lives of tokens.
    pub tokens: auth::Settings,
    /// Owns every task.
    pub supervisor: Supervisor,
}

/// What a service is given. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    parts: PlatformParts,
    relay: Arc<Relay>,
}

impl std::ops::Deref for Platform {
    type Target = PlatformParts;

    fn deref(&self) -> &PlatformParts {
        &self.0.parts
    }
}

impl Platform {
    /// Puts the parts together.
    pub fn new(parts: PlatformParts) -> Self {
        let relay = Arc::new(Relay::new(parts.bus.clone(), parts.clock.clone(), parts.max_attempts));
        Self(Arc::new(Inner { parts, relay }))
    }

    /// Opens the database of `service` and serves its outbox.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn database(&self, service: &str) -> Result<Database, database::Error> {
        let opened = Database::connect(
            &self.database,
            &self.data_dir,
            service,
            self.clock.clone(),
            self.ids.clone(),
        )
        .await?;
        Ok(opened)
    }

    /// Takes events from outboxes to the bus.
    pub fn relay(&self) -> &Arc<Relay> {
        &self.0.relay
    }

    /// Delivers committed events, cascades included, when events are inline; at most for two seconds. What fails stays
    /// in the outbox and is tried again in the background.
    pub async fn deliver(&self) {
        if self.inline_events {
            self.0.relay.drain(INLINE_LIMIT).await;
        }
    }
}
