//! The use cases of search.

mod documents;
mod finding;
mod indexing;

use std::sync::Arc;

use database::Database;
use kernel::Clock;
use runtime::Platform;
use tokio::sync::{Mutex, Notify};

pub use finding::{Found, Query};

use crate::{Settings, index::SearchBackend};

/// The search service. Cheap to clone.
#[derive(Clone)]
pub struct Search(Arc<Inner>);

struct Inner {
    db: Database,
    clock: Arc<dyn Clock>,
    index: Arc<dyn SearchBackend>,
    settings: Settings,
    /// One catch-up at a time keeps changes in order.
    turn: Mutex<()>,
    /// Documents changed.
    changed: Notify,
}

impl Search {
    /// The service over its database and index.
    pub fn new(platform: &Platform, db: Database, index: Arc<dyn SearchBackend>, settings: Settings) -> Self {
        let inner = Inner {
            db,
            clock: platform.clock.clone(),
            index,
            settings,
            turn: Mutex::new(()),
            changed: Notify::new(),
        };
        Self(Arc::new(inner))
    }
}
