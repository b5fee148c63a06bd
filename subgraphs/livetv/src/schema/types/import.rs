//! Guide imports in the graph.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};

use super::{finding::EpgImportFinding, loaders, progress::EpgImportPhase, update::GuideChangeKind};
use crate::entities::{guide_import, import_message};

/// How far an import is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::guide_import::Status")]
pub enum EpgImportStatus {
    /// It is being read.
    Running,
    /// The guide is what the file says.
    Completed,
    /// It changed nothing: the messages say why.
    Failed,
}

/// One run of a guide import.
pub struct EpgImport(pub(crate) guide_import::Model);

/// One run of a guide import and its report.
#[Object]
impl EpgImport {
    /// The import's id: the upload's `importId`.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// How far it is.
    async fn status(&self) -> EpgImportStatus {
        self.0.status.into()
    }

    /// Name of the source, as the upload gave it.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// When it began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it ended; null while it runs.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// Channels in the file.
    async fn channels(&self) -> i32 {
        self.0.channels
    }

    /// Programmes in the file.
    async fn programmes(&self) -> i32 {
        self.0.programmes
    }

    /// Programmes that are new.
    async fn added(&self) -> i32 {
        self.0.added
    }

    /// Programmes of which viewers see a change.
    async fn updated(&self) -> i32 {
        self.0.updated
    }

    /// Programmes that went.
    async fn removed(&self) -> i32 {
        self.0.removed
    }

    /// Programmes that stayed as they were.
    async fn unchanged(&self) -> i32 {
        self.0.unchanged
    }

    /// Things that were mended.
    async fn warnings(&self) -> i32 {
        self.0.warnings
    }

    /// Things that were left out, or 1 for what stopped the import.
    async fn errors(&self) -> i32 {
        self.0.errors
    }

    /// Its source; null when it had none. The source may be gone.
    async fn source_id(&self) -> Option<ID> {
        self.0.source_id.map(Into::into)
    }

    /// What it does, as far as the database knows: `epgImportProgress` knows more.
    async fn phase(&self) -> EpgImportPhase {
        self.0.phase.into()
    }

    /// It only told what it would change.
    async fn dry_run(&self) -> bool {
        self.0.dry_run
    }

    /// When it was undone; null when it was not.
    async fn undone_at(&self) -> Option<DateTime<Utc>> {
        self.0.undone_at
    }

    /// Some of what it changed, or would change, at most 20; empty while it runs.
    async fn samples(&self) -> Vec<EpgImportSample> {
        let samples = self.0.samples.iter().flat_map(|samples| &samples.0);
        samples.map(EpgImportSample::of).collect()
    }

    /// At most 200 messages, in the order of the file; those about the whole file come last.
    async fn messages(&self, ctx: &Context<'_>) -> Result<Vec<EpgImportMessage>> {
        let messages = loaders(ctx).messages.load(self.0.id).await?.unwrap_or_default();
        Ok(messages.into_iter().map(EpgImportMessage::from).collect())
    }

    /// What was found in the file, one of each code, with its count and the first of it; empty while it runs.
    async fn findings(&self) -> Vec<EpgImportFinding> {
        let findings = self.0.findings.iter().flat_map(|findings| &findings.0);
        findings.cloned().map(EpgImportFinding).collect()
    }
}

/// What an import has to say about its file.
#[derive(SimpleObject)]
pub struct EpgImportMessage {
    /// Line of the file, from 1; null when it is about the whole file.
    pub(super) line: Option<i32>,
    /// What is to be said.
    pub(super) text: String,
}

impl From<import_message::Model> for EpgImportMessage {
    fn from(row: import_message::Model) -> Self {
        let (line, text) = (row.line, row.text);
        Self { line, text }
    }
}

/// One change that an import made, or would make.
#[derive(SimpleObject)]
pub struct EpgImportSample {
    /// How the programme changes.
    kind: GuideChangeKind,
    /// Its channel.
    channel_id: ID,
    /// Its first instant.
    starts_at: DateTime<Utc>,
    /// Its title.
    title: String,
    /// The fields that change; empty of a programme that is new or gone.
    fields: Vec<String>,
}

impl EpgImportSample {
    fn of(sample: &guide_import::Sample) -> Self {
        Self {
            kind: match sample.kind.as_str() {
                "ADDED" => GuideChangeKind::Added,
                "REMOVED" => GuideChangeKind::Removed,
                _ => GuideChangeKind::Updated,
            },
            channel_id: sample.channel.into(),
            starts_at: sample.starts_at,
            title: sample.title.clone(),
            fields: sample.fields.clone(),
        }
    }
}

/// A list of imports: names its connection.
pub struct EpgImports;

impl ListName for EpgImports {
    const NAME: &'static str = "EpgImport";
}
