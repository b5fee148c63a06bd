//! The use cases of recommendations.

mod facts;
mod history;
mod home;
mod models;
mod training;

use std::sync::Arc;

use database::Database;
use kernel::Clock;
use runtime::{Blocking, Platform, Supervisor};

pub use home::Person;
pub use training::Refused;

use crate::Settings;
use models::Shelf;

/// The recommendations service. Cheap to clone.
#[derive(Clone)]
pub struct Recommendations(Arc<Inner>);

struct Inner {
    db: Database,
    clock: Arc<dyn Clock>,
    supervisor: Supervisor,
    /// Models are computed one at a time.
    blocking: Blocking,
    shelf: Shelf,
    settings: Settings,
}

impl Recommendations {
    /// The service over its database; no model is computed yet.
    pub fn new(platform: &Platform, db: Database, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            db,
            clock: platform.clock.clone(),
            supervisor: platform.supervisor.clone(),
            blocking: Blocking::new(1),
            shelf: Shelf::default(),
            settings,
        }))
    }
}
