//! What is known of objects, kept for a while: an object does not change, so a range costs one read.

use std::{sync::Arc, time::Duration};

use cmaf::{AssetIndex, keys};
use kernel::{AssetId, Fault};
use moka::future::Cache;
use storage::{ObjectMeta, Storage, read_all};

use crate::Error;

/// Objects whose facts are kept: about 300 bytes each.
const METAS: u64 = 20_000;
/// Segments in all kept indexes: 24 bytes each.
const SEGMENTS: u64 = 500_000;
/// Longest index: a day of four tracks in segments of two seconds has 5 MB.
const MAX_INDEX: u64 = 16 * 1024 * 1024;
/// A deleted or replaced object is noticed after this.
const KEEP: Duration = Duration::from_mins(1);

/// An index and the facts of the object it was read from.
pub(super) struct Indexed {
    /// The tracks.
    pub asset: AssetIndex,
    /// Its entity tag and date stand for everything made from it.
    pub meta: ObjectMeta,
}

/// Reads facts and indexes through bounded caches. Cheap to clone.
#[derive(Clone)]
pub(super) struct Objects {
    storage: Arc<dyn Storage>,
    metas: Cache<String, Arc<ObjectMeta>>,
    indexes: Cache<(AssetId, u32), Arc<Indexed>>,
}

impl Objects {
    /// Reads from `storage`.
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        let metas = Cache::builder().max_capacity(METAS).time_to_live(KEEP).build();
        let weigh = |_: &(AssetId, u32), indexed: &Arc<Indexed>| {
            let segments: usize = indexed.asset.tracks.iter().map(|track| track.segments.len()).sum();
            u32::try_from(segments).unwrap_or(u32::MAX)
        };
        let indexes = Cache::builder()
            .max_capacity(SEGMENTS)
            .weigher(weigh)
            .time_to_live(KEEP)
            .build();
        Self {
            storage,
            metas,
            indexes,
        }
    }

    /// What is known of the object; `None` when there is none.
    pub(super) async fn meta(&self, key: &str) -> Result<Option<Arc<ObjectMeta>>, Error> {
        if let Some(meta) = self.metas.get(key).await {
            return Ok(Some(meta));
        }
        let Some(meta) = self.storage.head(key).await?.map(Arc::new) else {
            return Ok(None);
        };
        self.metas.insert(key.to_owned(), Arc::clone(&meta)).await;
        Ok(Some(meta))
    }

    /// The index of an asset; read and parsed once, however many players ask at the same moment.
    pub(super) async fn index(&self, asset: AssetId, revision: u32) -> Result<Option<Arc<Indexed>>, Arc<Error>> {
        let read = self
            .indexes
            .try_get_with((asset, revision), self.read_index(asset, revision))
            .await;
        match read {
            Ok(indexed) => Ok(Some(indexed)),
            Err(error) if error.code() == kernel::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read_index(&self, asset: AssetId, revision: u32) -> Result<Arc<Indexed>, Error> {
        let key = keys::index(asset, revision);
        let found = self.storage.head(&key).await?;
        let json = read_all(&*self.storage, &key, MAX_INDEX).await?;
        let (Some(meta), Some(json)) = (found, json) else {
            return Err(storage::Error::NotFound(key).into());
        };
        Ok(Arc::new(Indexed {
            asset: AssetIndex::from_json(&json)?,
            meta,
        }))
    }
}
