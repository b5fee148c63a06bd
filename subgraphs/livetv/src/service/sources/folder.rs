//! Guides that lie in a folder: only below the folder of the settings, and no links out of it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use async_stream::try_stream;
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::io::AsyncReadExt;

use super::{due::Look, fetch::fetched_key};
use crate::{
    Error,
    entities::guide_source::{self, Seen},
    service::LiveTv,
};

/// Files that are looked at.
const MOST_FILES: usize = 10_000;
/// Files that one look takes; the rest is for the next one.
const TAKEN_AT_ONCE: usize = 20;
/// What guides are called.
const ENDINGS: [&str; 5] = [".xml", ".gz", ".xz", ".zip", ".json"];
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// A file of a folder.
pub(super) struct Found {
    name: String,
    path: PathBuf,
    modified: u128,
    /// Tells one state of the file from another.
    look: String,
}

impl LiveTv {
    /// Picks up files that are new or changed, the oldest first.
    pub(super) async fn look_at_folder(&self, source: &guide_source::Model) -> Result<Look, Error> {
        let folder = source.folder.as_deref().unwrap_or_default();
        let found = match list(&self.settings.sources_folder, folder).await {
            Ok(found) => found,
            Err(reason) => return Ok(Look::Failed(reason)),
        };
        let seen = &source.seen.0;
        let mut now: BTreeMap<String, String> = BTreeMap::new();
        let (mut taken, mut complaint) = (0, None);
        for file in found {
            let before = seen.get(&file.name);
            if before == Some(&file.look) {
                now.insert(file.name, file.look);
            } else if taken < TAKEN_AT_ONCE {
                taken += 1;
                if let Err(reason) = self.pick_up(source, &file).await? {
                    complaint = Some(format!("{}: {reason}", file.name));
                }
                now.insert(file.name, file.look);
            } else if let Some(before) = before {
                now.insert(file.name, before.clone());
            }
        }
        if taken == 0 {
            return Ok(Look::Same);
        }
        Ok(Look::Files {
            seen: Seen(now),
            complaint,
        })
    }

    /// The file of a folder that changed last.
    pub(super) async fn latest_file(&self, source: &guide_source::Model) -> Result<Option<Found>, Error> {
        let folder = source.folder.as_deref().unwrap_or_default();
        let found = list(&self.settings.sources_folder, folder).await;
        Ok(found.unwrap_or_default().pop())
    }

    /// Copies a file where imports read, and makes an import of it.
    async fn pick_up(&self, source: &guide_source::Model, file: &Found) -> Result<Result<(), String>, Error> {
        let import = self.ids.next();
        let key = fetched_key(import);
        if let Err(reason) = self.copy_in(file, &key).await? {
            return Ok(Err(reason));
        }
        self.enqueue_of(source, import, key).await?;
        Ok(Ok(()))
    }

    /// Copies a file into the object `key`, or says why not.
    pub(super) async fn copy_in(&self, file: &Found, key: &str) -> Result<Result<(), String>, Error> {
        let most = self.settings.fetch_max_bytes;
        let mut open = match tokio::fs::File::open(&file.path).await {
            Ok(open) => open,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let pieces = try_stream! {
            loop {
                let mut piece = vec![0; PIECE];
                let count = open.read(&mut piece).await?;
                if count == 0 {
                    break;
                }
                piece.truncate(count);
                yield Bytes::from(piece);
            }
        };
        match self
            .storage
            .put(key, "application/octet-stream", pieces.boxed(), most)
            .await
        {
            Ok(_) => Ok(Ok(())),
            Err(storage::Error::TooLarge { .. }) => Ok(Err(format!("the file is larger than {most} bytes"))),
            Err(error) => Err(error.into()),
        }
    }
}

/// The guides in a folder, the oldest first.
async fn list(base: &str, folder: &str) -> Result<Vec<Found>, String> {
    if base.is_empty() {
        return Err("livetv.sources_folder is not set".to_owned());
    }
    let real = |path: PathBuf| async move {
        let real = tokio::fs::canonicalize(&path).await;
        real.map_err(|error| format!("the folder cannot be read: {error}"))
    };
    let base = real(PathBuf::from(base)).await?;
    // Where it really is: a link may lead anywhere.
    let folder = real(base.join(folder)).await?;
    if !folder.starts_with(&base) {
        return Err("the folder is not below livetv.sources_folder".to_owned());
    }
    let unreadable = |error: std::io::Error| format!("the folder cannot be read: {error}");
    let mut entries = tokio::fs::read_dir(&folder).await.map_err(unreadable)?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(unreadable)? {
        if found.len() >= MOST_FILES {
            return Err(format!("the folder has more than {MOST_FILES} files"));
        }
        found.extend(file_at(&entry.path()).await);
    }
    found.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
    Ok(found)
}

/// The guide at `path`; links are none, and neither is what is still being written under another name.
async fn file_at(path: &Path) -> Option<Found> {
    let name = path.file_name()?.to_str()?.to_owned();
    let lower = name.to_lowercase();
    if name.starts_with('.') || !ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        return None;
    }
    // Of the link, not of what it leads to.
    let facts = tokio::fs::symlink_metadata(path).await.ok()?;
    let modified = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    facts.is_file().then(|| Found {
        name,
        path: path.to_owned(),
        modified,
        look: format!("{}-{modified}", facts.len()),
    })
}
