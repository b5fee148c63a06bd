//! Batched reads: a thousand items ask one by one, the database is asked once.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use async_trait::async_trait;
use dataloader::{BatchFn, cached};
use futures_util::future::BoxFuture;

use crate::Result;

/// Reads many values by key in one statement. Keys that have no value are left out.
#[async_trait]
pub trait Batch<K, V>: Send + Sync + 'static {
    /// The values of `keys`, at most [`MAX_BATCH`] of them.
    async fn load(&self, keys: &[K]) -> Result<HashMap<K, V>>;
}

/// Most keys of one statement: below SQLite's and Postgres' limits on parameters.
pub const MAX_BATCH: usize = 500;

type Loaded<V> = Result<Option<V>>;

/// A per-request cache before a [`Batch`]. Made for each request: a cache shared between viewers is a leak.
pub struct Loader<K, V>(cached::Loader<K, Loaded<V>, Adapter<K, V>>)
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static;

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
        Self(cached::Loader::new(Adapter(Arc::new(batch))).with_max_batch_size(MAX_BATCH))
    }

    /// The value of `key`; `None` when there is none.
    pub async fn load(&self, key: K) -> Result<Option<V>> {
        self.0.load(key).await
    }

    /// The values of `keys`, in their order.
    pub async fn load_many(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<Option<V>>> {
        futures_util::future::try_join_all(keys.into_iter().map(|key| self.load(key))).await
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
