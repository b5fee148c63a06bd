//! Root fields that begin and undo imports. For administrators.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{ErrorCode, ImportId, Refusal, parse_uuid};

use super::actor;
use crate::{
    schema::types::{import::EpgImport, livetv},
    service::{RequestProblem, UndoProblem, Wanted},
};

/// Guide imports.
#[derive(Default)]
pub struct ImportMutations;

/// Guide imports.
#[Object]
impl ImportMutations {
    /// Imports a guide: what a source has now, a web address once, or what was uploaded. It begins soon;
    /// `epgImportProgress` tells how far it is.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn import_epg(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be imported.")] input: ImportEpgInput,
    ) -> Result<ImportEpgPayload> {
        let (wanted, dry_run) = (input.wanted()?, input.dry_run);
        let asked = livetv(ctx).request_import(&actor(ctx)?, wanted, dry_run).await?;
        Ok(match asked {
            Ok(row) => ImportEpgPayload {
                import: Some(EpgImport(row)),
                problem: None,
            },
            Err(problem) => ImportEpgPayload {
                import: None,
                problem: Some(ImportEpgProblem {
                    code: problem.into(),
                    message: problem.to_string(),
                }),
            },
        })
    }

    /// Undoes an import: what it changed becomes what it was, if nothing newer touched its channels. Channels that it
    /// made stay.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn undo_epg_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which import.")] input: UndoEpgImportInput,
    ) -> Result<UndoEpgImportPayload> {
        let id = ImportId::parse("input.importId", &input.import_id)?;
        Ok(match livetv(ctx).undo_import(&actor(ctx)?, id).await? {
            Ok(row) => UndoEpgImportPayload {
                import: Some(EpgImport(row)),
                problem: None,
            },
            Err(problem) => UndoEpgImportPayload {
                import: None,
                problem: Some(UndoEpgImportProblem {
                    code: problem.into(),
                    message: problem.to_string(),
                }),
            },
        })
    }
}

/// What `importEpg` needs: exactly one of `sourceId`, `url` and `uploadId`.
#[derive(InputObject)]
pub struct ImportEpgInput {
    /// A source of kind URL or FOLDER.
    source_id: Option<ID>,
    /// A web address: on the public internet, unless the settings allow its host.
    url: Option<String>,
    /// An upload: the `importId` that it answered.
    upload_id: Option<ID>,
    /// Only tell what would change: nothing is written, no event is raised.
    #[graphql(default)]
    dry_run: bool,
}

impl ImportEpgInput {
    fn wanted(&self) -> Result<Wanted> {
        match (&self.source_id, &self.url, &self.upload_id) {
            (Some(id), None, None) => Ok(Wanted::Source(parse_uuid("input.sourceId", id)?)),
            (None, Some(url), None) => Ok(Wanted::Url(url.clone())),
            (None, None, Some(id)) => Ok(Wanted::Upload(parse_uuid("input.uploadId", id)?)),
            _ => {
                let message = "exactly one of sourceId, url and uploadId";
                let fields = ["sourceId", "url", "uploadId"].map(|field| format!("input.{field}"));
                Err(Refusal::new(ErrorCode::Invalid, message)
                    .with("fields", fields.to_vec())
                    .into())
            }
        }
    }
}

/// What `importEpg` answers.
#[derive(SimpleObject)]
pub struct ImportEpgPayload {
    /// The import that begins; null when `problem` says why not.
    import: Option<EpgImport>,
    /// Why nothing is imported; null when it is.
    problem: Option<ImportEpgProblem>,
}

/// Why nothing is imported.
#[derive(SimpleObject)]
pub struct ImportEpgProblem {
    /// Why.
    code: ImportEpgProblemCode,
    /// Why, for people.
    message: String,
}

/// Why nothing is imported.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "RequestProblem")]
pub enum ImportEpgProblemCode {
    /// There is no such source.
    SourceNotFound,
    /// Guides of the source are uploaded, or its folder is empty.
    NothingToImport,
    /// The source is being imported.
    AlreadyRunning,
    /// The bytes of the upload are gone.
    UploadNotFound,
    /// The address is not on the public internet, and the settings do not allow its host.
    AddressNotAllowed,
}

/// What `undoEpgImport` needs.
#[derive(InputObject)]
pub struct UndoEpgImportInput {
    /// The import.
    import_id: ID,
}

/// What `undoEpgImport` answers.
#[derive(SimpleObject)]
pub struct UndoEpgImportPayload {
    /// The import that was undone; null when `problem` says why not.
    import: Option<EpgImport>,
    /// Why nothing was undone; null when it was.
    problem: Option<UndoEpgImportProblem>,
}

/// Why an import was not undone.
#[derive(SimpleObject)]
pub struct UndoEpgImportProblem {
    /// Why.
    code: UndoEpgImportProblemCode,
    /// Why, for people.
    message: String,
}

/// Why an import was not undone.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "UndoProblem")]
pub enum UndoEpgImportProblemCode {
    /// There is no such import.
    ImportNotFound,
    /// It changed nothing, or is undone already.
    NothingToUndo,
    /// Something newer changed the guide of its channels.
    ChangedSince,
    /// What it replaced is no longer known: it was too long ago, or its source was imported again.
    TooOld,
}
