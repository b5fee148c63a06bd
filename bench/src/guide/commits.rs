//! When guides are committed: live TV says that an import is finished right before.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Instant,
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::filter_fn, layer::Context, prelude::*};

/// What live TV says then.
const FINISHED: &str = "guide import finished";

/// The time of the last commit of a guide in this process.
#[derive(Clone)]
pub struct Commits(Arc<Mutex<Instant>>);

impl Commits {
    /// Listens from now on.
    ///
    /// # Panics
    /// Something else listens already.
    pub fn listen() -> Self {
        let commits = Self(Arc::new(Mutex::new(Instant::now())));
        let of_livetv = filter_fn(|of| of.is_event() && of.target().starts_with("livetv"));
        tracing_subscriber::registry()
            .with(commits.clone().with_filter(of_livetv))
            .init();
        commits
    }

    /// The last one; a few milliseconds earlier, as its report is still to be written.
    ///
    /// # Panics
    /// Somebody panicked who held it.
    pub fn last(&self) -> Instant {
        *self.0.lock().expect("the last commit")
    }
}

impl<S: Subscriber> Layer<S> for Commits {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut said = Said(false);
        event.record(&mut said);
        if said.0 {
            *self.0.lock().expect("the last commit") = Instant::now();
        }
    }
}

/// Whether an event says that an import is finished.
struct Said(bool);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 |= field.name() == "message" && format!("{value:?}") == FINISHED;
    }
}
