//! Objects as files: streamed writes, range reads.
//!
//! [`Local`] keeps them in a folder; S3 comes with media. Keys are `a/{asset}/{revision}/…`, `img/…`, `in/…`. An object is
//! immutable once written: a new content gets a new key, except where a key is deleted first.

mod local;
mod map;
pub mod suite;

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use serde::{Deserialize, Serialize};

pub use local::Local;

/// Bytes on their way, with back-pressure: nothing is read before it is asked for.
pub type ByteStream = BoxStream<'static, std::io::Result<Bytes>>;

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectMeta {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Media type.
    pub content_type: String,
    /// Strong entity tag with its quotes (RFC 9110 §8.8.3): follows from the content.
    pub etag: String,
    /// When it was written.
    pub modified_at: kernel::Instant,
}

/// Why an object cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key could leave the store.
    #[error("object key {0:?} is not allowed")]
    BadKey(String),
    /// There is none.
    #[error("object {0:?} does not exist")]
    NotFound(String),
    /// More bytes came than allowed.
    #[error("the object is larger than {allowed} bytes")]
    TooLarge {
        /// The most there may be.
        allowed: u64,
    },
    /// The store failed, or the stream that was being written did.
    #[error("cannot use object {0:?}")]
    Io(String, #[source] std::io::Error),
}

/// Keeps objects.
#[async_trait]
pub trait Storage: Send + Sync {
    /// What is known of an object; `None` when there is none.
    async fn head(&self, key: &str) -> Result<Option<ObjectMeta>, Error>;

    /// The bytes `range` of an object; it must lie inside.
    async fn read(&self, key: &str, range: Range<u64>) -> Result<ByteStream, Error>;

    /// Writes an object of at most `max_bytes`; it is there whole or not at all.
    async fn put(&self, key: &str, content_type: &str, body: ByteStream, max_bytes: u64) -> Result<ObjectMeta, Error>;

    /// Removes an object; false when there was none.
    async fn delete(&self, key: &str) -> Result<bool, Error>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), Error>;
}

/// Reads a small object whole.
///
/// # Errors
/// [`Error::TooLarge`] when it has more than `max_bytes`.
pub async fn read_all(storage: &dyn Storage, key: &str, max_bytes: u64) -> Result<Option<Bytes>, Error> {
    let Some(meta) = storage.head(key).await? else {
        return Ok(None);
    };
    if meta.size_bytes > max_bytes {
        return Err(Error::TooLarge { allowed: max_bytes });
    }
    let mut whole = Vec::with_capacity(usize::try_from(meta.size_bytes).unwrap_or(0));
    let mut body = storage.read(key, 0..meta.size_bytes).await?;
    while let Some(chunk) = body.next().await {
        whole.extend_from_slice(&chunk.map_err(|error| Error::Io(key.to_owned(), error))?);
    }
    Ok(Some(whole.into()))
}

/// Writes a small object that is in memory already.
pub async fn put_all(
    storage: &dyn Storage,
    key: &str,
    content_type: &str,
    content: Bytes,
) -> Result<ObjectMeta, Error> {
    let size = content.len() as u64;
    storage
        .put(
            key,
            content_type,
            futures_util::stream::iter([Ok(content)]).boxed(),
            size,
        )
        .await
}

/// Where objects are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `local` (the folder `objects` in the data folder) or `file:/absolute/folder` (shared by processes).
    pub url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "local".to_owned(),
        }
    }
}

/// Opens the store that the settings name; `folder` is what `local` means.
///
/// # Errors
/// An unknown driver, or a folder that cannot be made.
pub fn connect(
    settings: &Settings,
    folder: &std::path::Path,
    clock: Arc<dyn kernel::Clock>,
) -> Result<Arc<dyn Storage>, Error> {
    let folder = match settings.url.as_str() {
        "local" => folder.to_owned(),
        url => match url.strip_prefix("file:") {
            Some(path) if path.starts_with('/') => path.into(),
            _ => {
                return Err(Error::Io(
                    "objects.url".to_owned(),
                    std::io::Error::other(format!("{url:?} is neither local nor file:/…")),
                ));
            }
        },
    };
    Ok(Arc::new(Local::open(&folder, clock)?))
}
