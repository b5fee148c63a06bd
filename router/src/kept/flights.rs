//! Fetches that are under way: who asks the same at the same time waits for the same answer.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use super::Key;
use crate::subgraph::SubgraphAnswer;

/// A fetch under way; those who wait for it share its answer.
pub(super) type Flight = BoxFuture<'static, Arc<SubgraphAnswer>>;

/// The fetches under way. None has an owner: a fetch goes on as long as anybody waits for it, and ends with the last.
#[derive(Default)]
pub(super) struct Flights {
    open: Mutex<HashMap<Key, (u64, WeakShared<Flight>)>>,
    next: AtomicU64,
}

impl Flights {
    /// The answer of the fetch `key` that is under way, or of a new one.
    pub(super) fn join(self: &Arc<Self>, key: Key, ask: impl FnOnce() -> Flight) -> Shared<Flight> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = open.get(&key).and_then(|(_, flight)| flight.upgrade()) {
            metrics::counter!("router_fetches_shared_total").increment(1);
            return flight;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let landing = Landing {
            flights: self.clone(),
            key,
            number,
        };
        let work = ask();
        let flight = async move {
            let _landing = landing;
            work.await
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            open.insert(key, (number, weak));
        }
        flight
    }
}

/// Takes a flight off the list when it ends, with an answer or without.
struct Landing {
    flights: Arc<Flights>,
    key: Key,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut open = self.flights.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one may have begun under the same key.
        if open.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            open.remove(&self.key);
        }
    }
}
