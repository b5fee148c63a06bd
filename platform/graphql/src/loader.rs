//! Batched reads: a thousand items ask one by one, the database is asked once.
//!
//! The library [`dataloader`] keeps what was read, splits what is too much for one statement and asks the [`Batch`]. It
//! lets its waiters through one by one, though, so that what they ask for next would fall apart into batches of about ten
//! (eighty references of a home screen cost 28 statements in place of seven). So whoever asks first asks the library for
//! all of its round, and wakes all at once: their next questions are one batch again (docs/adr/0005).

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use dataloader::{BatchFn, cached};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, try_join_all},
};
use tokio::sync::oneshot;

use crate::{Failure, Result};

/// Reads many values by key in one statement. Keys that have no value are left out.
#[async_trait]
pub trait Batch<K, V>: Send + Sync + 'static {
    /// The values of `keys`, at most 500 of them: below SQLite's and Postgres' limits on parameters.
    async fn load(&self, keys: &[K]) -> Result<HashMap<K, V>>;
}

/// Most keys of one statement.
const MAX_BATCH: usize = 500;
/// Rounds of the executor without a new key after which a batch leaves.
const QUIET_ROUNDS: usize = 2;

type Loaded<V> = Result<Option<V>>;
type Library<K, V> = cached::Loader<K, Loaded<V>, Adapter<K, V>>;
type Found<K, V> = Result<Arc<HashMap<K, V>>>;
/// What a round comes to; cancelled when its reader was dropped.
type Answer<K, V> = Shared<oneshot::Receiver<Found<K, V>>>;
/// The keys of a round that still takes more; `None` once it left.
type Open<K> = Arc<Mutex<Option<Vec<K>>>>;

/// A per-request cache before a [`Batch`]. Made for each request: a cache shared between viewers is a leak.
pub struct Loader<K, V>(Arc<Inner<K, V>>)
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static;

struct Inner<K, V>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    library: Library<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    asked: HashMap<K, Answer<K, V>>,
    open: Option<(Open<K>, Answer<K, V>)>,
}

/// The part of one asker in a batch.
enum Part<K, V> {
    /// Waits for somebody else's reading.
    Waits(Answer<K, V>),
    /// Asked first: reads for all.
    Reads(Open<K>, oneshot::Sender<Found<K, V>>),
}

impl<K, V> Clone for Loader<K, V>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
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
    pub fn new(batch: impl Batch<K, V>) -> Self {
        let state = Mutex::new(State {
            asked: HashMap::new(),
            open: None,
        });
        Self(Arc::new(Inner {
            // The round is complete when the library gets it: it need not wait for more.
            library: cached::Loader::new(Adapter(Arc::new(batch)))
                .with_max_batch_size(MAX_BATCH)
                .with_yield_count(0),
            state,
        }))
    }

    /// The value of `key`; `None` when there is none.
    pub async fn load(&self, key: K) -> Result<Option<V>> {
        loop {
            match self.join(&key) {
                Part::Waits(answer) => {
                    // An error: the reader was dropped with its part of the request. Somebody else reads.
                    if let Ok(found) = answer.await {
                        return Ok(found?.get(&key).cloned());
                    }
                }
                Part::Reads(open, tell) => {
                    let found = self.read(&open).await;
                    let value = found.clone().map(|found| found.get(&key).cloned());
                    // Nobody else may have asked.
                    drop(tell.send(found));
                    return value;
                }
            }
        }
    }

    /// The values of `keys`, in their order.
    pub async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<Option<V>>> {
        try_join_all(keys.into_iter().map(|key| self.load(key))).await
    }

    /// Takes a part in the batch that answers `key`: the one that was asked before, the open one, or a new one.
    fn join(&self, key: &K) -> Part<K, V> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = state.asked.get(key).filter(|answer| !is_cancelled(answer)) {
            return Part::Waits(answer.clone());
        }
        if let Some((open, answer)) = &state.open
            && !is_cancelled(answer)
            && add(open, key)
        {
            let answer = answer.clone();
            state.asked.insert(key.clone(), answer.clone());
            return Part::Waits(answer);
        }
        let open: Open<K> = Arc::new(Mutex::new(Some(vec![key.clone()])));
        let (tell, answer) = oneshot::channel();
        let answer = answer.shared();
        state.asked.insert(key.clone(), answer.clone());
        state.open = Some((open.clone(), answer));
        Part::Reads(open, tell)
    }

    /// Waits until nobody asks any more, then reads.
    async fn read(&self, open: &Open<K>) -> Found<K, V> {
        let mut seen = 0;
        while count(open) > seen {
            seen = count(open);
            for _ in 0..QUIET_ROUNDS {
                tokio::task::yield_now().await;
            }
        }
        let keys = open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .unwrap_or_default();
        let loaded = self.0.library.try_load_many(keys).await.map_err(Failure::internal)?;
        let found: Result<HashMap<K, V>> = loaded
            .into_iter()
            .filter_map(|(key, value)| Some(value.transpose()?.map(|value| (key, value))))
            .collect();
        found.map(Arc::new)
    }
}

fn is_cancelled<K, V>(answer: &Answer<K, V>) -> bool {
    matches!(answer.peek(), Some(Err(_)))
}

fn count<K>(open: &Open<K>) -> usize {
    open.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .map_or(0, Vec::len)
}

/// Adds `key` to a round; false when that has left.
fn add<K: Clone>(open: &Open<K>, key: &K) -> bool {
    let mut keys = open.lock().unwrap_or_else(PoisonError::into_inner);
    match keys.as_mut() {
        Some(keys) => {
            keys.push(key.clone());
            true
        }
        None => false,
    }
}

struct Adapter<K, V>(Arc<dyn Batch<K, V>>);

impl<K, V> BatchFn<K, Loaded<V>> for Adapter<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn load(&mut self, keys: &[K]) -> impl Future<Output = HashMap<K, Loaded<V>>> {
        let batch = self.0.clone();
        let keys = keys.to_vec();
        let work: BoxFuture<'static, _> = Box::pin(async move {
            match batch.load(&keys).await {
                Ok(mut found) => keys
                    .into_iter()
                    .map(|key| {
                        let value = found.remove(&key);
                        (key, Ok(value))
                    })
                    .collect(),
                Err(failure) => keys.into_iter().map(|key| (key, Err(failure.clone()))).collect(),
            }
        });
        work
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;

    use super::*;

    /// Doubles even numbers, and counts how often it is asked.
    struct Doubles(Arc<AtomicUsize>);

    #[async_trait]
    impl Batch<u32, u32> for Doubles {
        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(keys
                .iter()
                .filter(|key| *key % 2 == 0)
                .map(|key| (*key, key * 2))
                .collect())
        }
    }

    #[tokio::test]
    async fn a_hundred_questions_are_one_batch_and_a_second_time_none() {
        let asked = Arc::new(AtomicUsize::new(0));
        let loader = Loader::new(Doubles(asked.clone()));
        for _ in 0..2 {
            let found = loader.load_many(0..100).await.unwrap();
            assert_eq!((found[8], found[9], found.len()), (Some(16), None, 100));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        let found = loader.load_many(1000..2200).await.unwrap();
        assert!(
            found.len() == 1200 && asked.load(Ordering::Relaxed) == 4,
            "a batch has at most five hundred keys"
        );
    }

    #[tokio::test]
    async fn who_waits_for_a_dropped_reader_reads() {
        let loader = Loader::new(Doubles(Arc::default()));
        let mut reader = Box::pin(loader.load(2));
        assert!(futures_util::poll!(&mut reader).is_pending());
        let mut waiter = Box::pin(loader.load(4));
        assert!(futures_util::poll!(&mut waiter).is_pending());
        drop(reader);
        assert_eq!(waiter.await.unwrap(), Some(8));
        assert_eq!(loader.load(2).await.unwrap(), Some(4));
    }
}
