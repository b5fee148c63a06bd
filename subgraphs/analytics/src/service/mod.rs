//! The use cases of analytics.

mod events;
mod ingest;
mod metrics;
mod retention;
mod usage;
mod watches;

use std::sync::Arc;

use database::Database;
use kernel::Clock;
use runtime::Platform;

pub use events::NewEvent;
pub use ingest::{Rejection, RejectionCode, Reported};
pub use metrics::Series;
pub use usage::{Usage, UsageFilter};

use crate::Settings;

/// The analytics service. Cheap to clone.
#[derive(Clone)]
pub struct Analytics(Arc<Inner>);

struct Inner {
    db: Database,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl Analytics {
    /// The service over its database.
    pub fn new(platform: &Platform, db: Database, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            db,
            clock: platform.clock.clone(),
            settings,
        }))
    }
}
