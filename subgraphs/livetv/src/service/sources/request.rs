//! Imports that an administrator asks for.

use kernel::{ImportId, Refusal};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::fetch::fetched_key;
use crate::{
    Error,
    entities::{
        guide_import::{self, Status},
        guide_source::{self, SourceKind},
    },
    service::{Actor, LiveTv, imports::NewImport},
};

/// Most imports that wait.
const MOST_WAITING: u64 = 100;

/// What is to be imported.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// What a source has now.
    Source(Uuid),
    /// A web address, once.
    Url(String),
    /// What was uploaded.
    Upload(Uuid),
}

/// Why nothing is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestProblem {
    /// There is no such source.
    #[error("this source does not exist")]
    SourceNotFound,
    /// Guides of the source are uploaded, or its folder is empty.
    #[error("this source has nothing to import: upload a guide")]
    NothingToImport,
    /// The source is being imported.
    #[error("this source is being imported already")]
    AlreadyRunning,
    /// The bytes of the upload are gone.
    #[error("this upload does not exist any more")]
    UploadNotFound,
    /// The address is not on the public internet, and not among those that the settings allow.
    #[error("this address is not on the public internet; livetv.allow_private_sources may name its host")]
    AddressNotAllowed,
}

/// Where the bytes come from.
struct Origin {
    name: String,
    source: Option<Uuid>,
    object_key: String,
    url: Option<String>,
}

impl LiveTv {
    /// Makes an import that begins soon; a dry run only tells what it would change.
    ///
    /// # Errors
    /// Malformed input, too many imports that wait; the database does not answer.
    pub async fn request_import(
        &self,
        actor: &Actor,
        wanted: Wanted,
        dry_run: bool,
    ) -> Result<Result<guide_import::Model, RequestProblem>, Error> {
        let waiting = guide_import::Entity::find()
            .filter(guide_import::Column::Status.eq(Status::Running))
            .count(self.database.reader())
            .await?;
        if waiting >= MOST_WAITING {
            return Err(Refusal::limit("waiting imports", MOST_WAITING, waiting + 1).into());
        }
        let id = self.ids.next();
        let origin = match wanted {
            Wanted::Source(source) => self.origin_of_source(source, id).await?,
            Wanted::Url(url) if !self.may_fetch(&url)? => Err(RequestProblem::AddressNotAllowed),
            Wanted::Url(url) => Ok(Origin {
                name: crate::domain::audit::without_secrets(&url),
                source: None,
                object_key: String::new(),
                url: Some(url),
            }),
            Wanted::Upload(upload) => self.origin_of_upload(upload).await?,
        };
        let origin = match origin {
            Ok(origin) => origin,
            Err(problem) => return Ok(Err(problem)),
        };
        self.enqueue(NewImport {
            id: ImportId(id),
            name: origin.name,
            source: origin.source,
            object_key: origin.object_key,
            url: origin.url,
            account: actor.account,
            dry_run,
        })
        .await?;
        let row = guide_import::Entity::find_by_id(id).one(self.database.writer()).await?;
        row.map(Ok).ok_or_else(|| Refusal::not_found("import").into())
    }

    async fn origin_of_source(&self, id: Uuid, import: Uuid) -> Result<Result<Origin, RequestProblem>, Error> {
        let Some(source) = self.find_source(id).await? else {
            return Ok(Err(RequestProblem::SourceNotFound));
        };
        let running = guide_import::Entity::find()
            .filter(guide_import::Column::SourceId.eq(id))
            .filter(guide_import::Column::Status.eq(Status::Running))
            .one(self.database.reader())
            .await?;
        if running.is_some() {
            return Ok(Err(RequestProblem::AlreadyRunning));
        }
        let object_key = match source.kind {
            SourceKind::Upload => None,
            SourceKind::Url => Some(String::new()),
            SourceKind::Folder => self.copy_latest(&source, import).await?,
        };
        let Some(object_key) = object_key else {
            return Ok(Err(RequestProblem::NothingToImport));
        };
        Ok(Ok(Origin {
            name: source.name,
            source: Some(id),
            object_key,
            url: source.url,
        }))
    }

    async fn copy_latest(&self, source: &guide_source::Model, import: Uuid) -> Result<Option<String>, Error> {
        let Some(file) = self.latest_file(source).await? else {
            return Ok(None);
        };
        let key = fetched_key(import);
        Ok(self.copy_in(&file, &key).await?.is_ok().then_some(key))
    }

    async fn origin_of_upload(&self, upload: Uuid) -> Result<Result<Origin, RequestProblem>, Error> {
        let object_key = format!("in/{upload}");
        if self.storage.head(&object_key).await?.is_none() {
            return Ok(Err(RequestProblem::UploadNotFound));
        }
        let first = self.find_import(upload).await?;
        Ok(Ok(Origin {
            source: first.as_ref().and_then(|first| first.source_id),
            name: first.map_or_else(|| "upload".to_owned(), |first| first.source),
            object_key,
            url: None,
        }))
    }
}
