//! The loader behind [`crate::loaders`]: everything that is asked for in one round is one statement.
//!
//! `graphql::Loader` lets its waiters through one by one when a batch arrives, so that what they ask for next is split
//! into batches of about ten: eighty references of a home screen cost 28 statements instead of seven. Here a batch is
//! one shared future: its waiters go on together, and their next questions are one batch again.

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};
use graphql::{Batch, Result};

/// Most keys of one statement: below SQLite's and Postgres' limits on parameters.
const MAX_BATCH: usize = 500;
/// Rounds of the executor without a new key after which a batch leaves.
const QUIET_ROUNDS: usize = 2;

/// A batch on its way: whoever waits for it drives it, so none is stuck when another one is dropped.
type Answer<K, V> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, V>>>>>;
/// The keys of a batch that still takes more; `None` once it left.
type Open<K> = Arc<Mutex<Option<Vec<K>>>>;

/// A per-request cache before a [`Batch`].
pub(crate) struct Loader<K, V>(Arc<Inner<K, V>>);

struct Inner<K, V> {
    batch: Arc<dyn Batch<K, V>>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    asked: HashMap<K, Answer<K, V>>,
    open: Option<(Open<K>, Answer<K, V>)>,
}

impl<K, V> Clone for Loader<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> Loader<K, V>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A fresh loader over `batch`.
    pub(crate) fn new(batch: impl Batch<K, V>) -> Self {
        let state = Mutex::new(State {
            asked: HashMap::new(),
            open: None,
        });
        Self(Arc::new(Inner {
            batch: Arc::new(batch),
            state,
        }))
    }

    /// The value of `key`; `None` when there is none.
    pub(crate) async fn load(&self, key: K) -> Result<Option<V>> {
        let answer = self.join(&key);
        Ok(answer.await?.get(&key).cloned())
    }

    /// The values of `keys`, in their order.
    pub(crate) async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<Option<V>>> {
        try_join_all(keys.into_iter().map(|key| self.load(key))).await
    }

    /// The batch that answers `key`: the one that was asked before, the open one, or a new one.
    fn join(&self, key: &K) -> Answer<K, V> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = state.asked.get(key) {
            return answer.clone();
        }
        let answer = match &state.open {
            Some((open, answer)) if add(open, key) => answer.clone(),
            _ => {
                let open: Open<K> = Arc::new(Mutex::new(Some(vec![key.clone()])));
                let answer = answer(self.0.batch.clone(), open.clone()).boxed().shared();
                state.open = Some((open, answer.clone()));
                answer
            }
        };
        state.asked.insert(key.clone(), answer.clone());
        answer
    }
}

/// Adds `key` to a batch; false when that has left or is full.
fn add<K: Clone>(open: &Open<K>, key: &K) -> bool {
    let mut keys = open.lock().unwrap_or_else(PoisonError::into_inner);
    match keys.as_mut() {
        Some(keys) if keys.len() < MAX_BATCH => {
            keys.push(key.clone());
            true
        }
        _ => false,
    }
}

/// Waits until nobody asks any more, then asks the batch. Holds no loader: a dropped request leaves nothing behind.
async fn answer<K: 'static, V: 'static>(batch: Arc<dyn Batch<K, V>>, open: Open<K>) -> Result<Arc<HashMap<K, V>>> {
    let count = |open: &Open<K>| {
        open.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map_or(0, Vec::len)
    };
    let mut seen = 0;
    while count(&open) > seen {
        seen = count(&open);
        for _ in 0..QUIET_ROUNDS {
            tokio::task::yield_now().await;
        }
    }
    let keys = open
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take()
        .unwrap_or_default();
    batch.load(&keys).await.map(Arc::new)
}
