//! Uploaded guides: bytes into storage, a row and an event into the database, old bytes out again.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use auth::Viewer;
use bytes::Bytes;
use database::Database;
use futures_util::{StreamExt, stream::BoxStream};
use kernel::{ImportId, Refusal};
use runtime::Platform;
use schema::events::sidecar::GuideUploaded;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use storage::ByteStream;

use super::guide_check::{GuideCheck, Limits};
use crate::{Error, Settings, entities::guide_upload};

/// Bytes checked before other tasks get their turn.
const TURN: usize = 16 * 1024;
/// Uploads whose bytes one run of the job removes.
const REMOVED_AT_ONCE: u64 = 100;

/// Bytes of an upload, or why no more come.
pub(super) type Upload = BoxStream<'static, Result<Bytes, Refusal>>;

/// What is to become of an upload.
pub(super) struct Wanted {
    /// Name of the source.
    pub source: String,
    /// The import only tells what it would change.
    pub is_dry: bool,
}

/// Takes guides in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Ingest {
    platform: Platform,
    database: Database,
    limits: Limits,
    keep: chrono::Duration,
    stall: Duration,
}

impl Ingest {
    /// Writes to `database`.
    pub(crate) fn new(platform: &Platform, database: Database, settings: &Settings) -> Self {
        Self {
            platform: platform.clone(),
            database,
            limits: Limits {
                upload: settings.guide_upload_max_bytes,
                document: settings.guide_document_max_bytes,
            },
            keep: chrono::Duration::days(i64::from(settings.guide_keep_days)),
            stall: Duration::from_secs(settings.upload_stall_seconds),
        }
    }

    /// Sizes a guide may have.
    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// Longest wait for the next bytes.
    pub(super) const fn stall(&self) -> Duration {
        self.stall
    }

    /// Who a token speaks for.
    pub(super) fn viewer(&self, token: &str) -> Result<Arc<Viewer>, auth::TokenError> {
        self.platform.verifier.verify(token)
    }

    /// Stores and checks a guide in one pass; a refused one leaves nothing.
    ///
    /// When events are inline, the import is over when this returns.
    pub(super) async fn take_in(&self, viewer: &Viewer, wanted: Wanted, upload: Upload) -> Result<ImportId, Error> {
        let import = ImportId(self.platform.ids.next());
        let object_key = format!("in/{import}");
        let verdict = Arc::new(Mutex::new(Verdict::default()));
        let bytes = checked(upload, GuideCheck::new(self.limits), Arc::clone(&verdict));
        // Not by its type but by its first bytes an importer knows what it is.
        let stored = self
            .platform
            .storage
            .put(&object_key, "application/octet-stream", bytes, self.limits.upload)
            .await;
        let verdict = std::mem::take(&mut *verdict.lock().expect("nobody panics with the verdict"));
        if let Some(refusal) = verdict.refusal {
            // The store gives up when its stream does; the refusal is why.
            self.platform.storage.delete(&object_key).await?;
            return Err(refusal.into());
        }
        let stored = stored?;
        let event = GuideUploaded {
            import,
            object_key: object_key.clone(),
            size_bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
            gzip: verdict.is_gzip,
            source: wanted.source,
            account: viewer.account,
            dry_run: wanted.is_dry,
            at: self.platform.clock.now(),
        };
        if let Err(error) = self.record(&event).await {
            self.platform.storage.delete(&object_key).await?;
            return Err(error);
        }
        tracing::info!(import.id = %import, guide.size_bytes = event.size_bytes, "guide uploaded");
        self.platform.deliver().await;
        Ok(import)
    }

    async fn record(&self, event: &GuideUploaded) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        let row = guide_upload::ActiveModel {
            id: Set(event.import.0),
            object_key: Set(event.object_key.clone()),
            source: Set(event.source.clone()),
            size_bytes: Set(event.size_bytes),
            gzip: Set(event.gzip),
            account_id: Set(event.account.0),
            uploaded_at: Set(event.at),
            removed_at: Set(None),
        };
        guide_upload::Entity::insert(row).exec_without_returning(&tx).await?;
        tx.raise(event).await?;
        Ok(tx.commit().await?)
    }

    /// Removes the bytes of guides that were kept long enough.
    pub(crate) async fn remove_old_guides(&self) -> Result<(), Error> {
        let now = self.platform.clock.now();
        let old = guide_upload::Entity::kept_since(now - self.keep, REMOVED_AT_ONCE);
        for upload in old.all(self.database.reader()).await? {
            self.platform.storage.delete(&upload.object_key).await?;
            let mut row = upload.into_active_model();
            row.removed_at = Set(Some(now));
            let tx = self.database.begin().await?;
            guide_upload::Entity::update(row).exec(&tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// What the check found, told when the stream is over.
#[derive(Default)]
struct Verdict {
    refusal: Option<Refusal>,
    is_gzip: bool,
}

/// Hands the upload on piece by piece, each checked before; ends in an error when it is refused.
fn checked(mut upload: Upload, mut check: GuideCheck, verdict: Arc<Mutex<Verdict>>) -> ByteStream {
    let bytes = async_stream::stream! {
        let refusal = loop {
            match upload.next().await {
                Some(Ok(mut chunk)) => {
                    let mut refusal = None;
                    while !chunk.is_empty() && refusal.is_none() {
                        let piece = chunk.split_to(chunk.len().min(TURN));
                        match check.feed(&piece) {
                            Ok(()) => yield Ok(piece),
                            Err(error) => refusal = Some(error),
                        }
                        tokio::task::yield_now().await;
                    }
                    if refusal.is_some() {
                        break refusal;
                    }
                }
                Some(Err(refusal)) => break Some(refusal),
                None => break check.finish().err(),
            }
        };
        let is_refused = refusal.is_some();
        *verdict.lock().expect("nobody panics with the verdict") = Verdict { refusal, is_gzip: check.is_gzip() };
        if is_refused {
            yield Err(io::Error::other("the upload is refused"));
        }
    };
    bytes.boxed()
}
