//! Objects in a folder.

use std::{
    fs::File,
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use kernel::Clock;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::{ByteStream, Error, ObjectMeta, Storage, map::map};

/// Bytes of one piece of a read: large enough to amortise, small enough that a slow reader holds little.
const CHUNK: u64 = 256 * 1024;

/// `objects/data/{key}` holds the bytes, `objects/meta/{key}.json` what is known of them.
pub struct Local {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    drafts: AtomicU64,
}

impl Local {
    /// Uses `folder`, made when there is none.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        for part in ["data", "meta", "draft"] {
            std::fs::create_dir_all(folder.join(part)).map_err(|error| Error::Io(part.to_owned(), error))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            clock,
            drafts: AtomicU64::new(0),
        })
    }

    fn data(&self, key: &str) -> Result<PathBuf, Error> {
        Ok(self.folder.join("data").join(checked(key)?))
    }

    fn meta(&self, key: &str) -> Result<PathBuf, Error> {
        Ok(self.folder.join("meta").join(format!("{}.json", checked(key)?)))
    }

    /// A name that no other process or task uses.
    fn draft(&self) -> PathBuf {
        let n = self.drafts.fetch_add(1, Ordering::Relaxed);
        self.folder.join("draft").join(format!("{}-{n}", std::process::id()))
    }

    async fn fill(
        &self,
        draft: &Path,
        key: &str,
        mut body: ByteStream,
        max_bytes: u64,
    ) -> Result<(u64, String), Error> {
        let failed = |error| Error::Io(key.to_owned(), error);
        let mut file = tokio::fs::File::create(draft).await.map_err(failed)?;
        let (mut size, mut hash) = (0u64, Sha256::new());
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(failed)?;
            size += chunk.len() as u64;
            if size > max_bytes {
                return Err(Error::TooLarge { allowed: max_bytes });
            }
            hash.update(&chunk);
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.sync_all().await.map_err(failed)?;
        let digest = hash.finalize();
        // Half of the hash is a strong tag still.
        let tag = u128::from_be_bytes(digest[..16].try_into().expect("sixteen bytes"));
        Ok((size, format!("\"{tag:032x}\"")))
    }
}

/// Keys are plain relative paths: no part may be empty, `.` or `..`.
fn checked(key: &str) -> Result<&str, Error> {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if key.len() <= 512 && key.split('/').all(is_plain) {
        Ok(key)
    } else {
        Err(Error::BadKey(key.to_owned()))
    }
}

#[async_trait]
impl Storage for Local {
    async fn head(&self, key: &str) -> Result<Option<ObjectMeta>, Error> {
        match tokio::fs::read(self.meta(key)?).await {
            Ok(json) => serde_json::from_slice(&json)
                .map(Some)
                .map_err(|error| Error::Io(key.to_owned(), io::Error::other(error))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Io(key.to_owned(), error)),
        }
    }

    async fn read(&self, key: &str, range: Range<u64>) -> Result<ByteStream, Error> {
        let file = match File::open(self.data(key)?) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::NotFound(key.to_owned())),
            Err(error) => return Err(Error::Io(key.to_owned(), error)),
        };
        let whole = map(&file).map_err(|error| Error::Io(key.to_owned(), error))?;
        if range.start > range.end || range.end > whole.len() as u64 {
            return Err(Error::Io(
                key.to_owned(),
                io::Error::other("the range is outside of the object"),
            ));
        }
        let pieces = (range.start..range.end).step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX));
        let piece = move |from: u64| -> io::Result<Bytes> {
            let to = (from + CHUNK).min(range.end);
            let index = |at: u64| usize::try_from(at).map_err(io::Error::other);
            Ok(whole.slice(index(from)?..index(to)?))
        };
        Ok(futures_util::stream::iter(pieces.map(piece)).boxed())
    }

    async fn put(&self, key: &str, content_type: &str, body: ByteStream, max_bytes: u64) -> Result<ObjectMeta, Error> {
        let failed = |error| Error::Io(key.to_owned(), error);
        let (data, meta_file, draft) = (self.data(key)?, self.meta(key)?, self.draft());
        for file in [&data, &meta_file] {
            if let Some(folder) = file.parent() {
                tokio::fs::create_dir_all(folder).await.map_err(failed)?;
            }
        }
        let filled = self.fill(&draft, key, body, max_bytes).await;
        let (size_bytes, etag) = match filled {
            Ok(filled) => filled,
            Err(error) => {
                tokio::fs::remove_file(&draft).await.map_err(failed)?;
                return Err(error);
            }
        };
        let meta = ObjectMeta {
            size_bytes,
            content_type: content_type.to_owned(),
            etag,
            modified_at: self.clock.now(),
        };
        let meta_draft = self.draft();
        let json = serde_json::to_vec(&meta).map_err(|error| failed(io::Error::other(error)))?;
        tokio::fs::write(&meta_draft, json).await.map_err(failed)?;
        // Bytes first: an object that can be found can be read.
        tokio::fs::rename(&draft, &data).await.map_err(failed)?;
        tokio::fs::rename(&meta_draft, &meta_file).await.map_err(failed)?;
        Ok(meta)
    }

    async fn delete(&self, key: &str) -> Result<bool, Error> {
        let removed = tokio::fs::remove_file(self.meta(key)?).await;
        match (removed, tokio::fs::remove_file(self.data(key)?).await) {
            (Ok(()), _) => Ok(true),
            (Err(error), _) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            (Err(error), _) => Err(Error::Io(key.to_owned(), error)),
        }
    }

    async fn ping(&self) -> Result<(), Error> {
        let found = tokio::fs::metadata(self.folder.join("data")).await;
        found.map(|_| ()).map_err(|error| Error::Io("data".to_owned(), error))
    }
}
