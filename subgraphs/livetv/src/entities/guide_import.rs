//! Runs of guide imports.

use kernel::Instant;
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::Findings;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// It is being read.
    #[sea_orm(string_value = "RUNNING")]
    Running,
    /// It was committed.
    #[sea_orm(string_value = "COMPLETED")]
    Completed,
    /// It changed nothing.
    #[sea_orm(string_value = "FAILED")]
    Failed,
}

/// What a running import does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Phase {
    /// It waits for its turn.
    #[sea_orm(string_value = "QUEUED")]
    Queued,
    /// The file is fetched.
    #[sea_orm(string_value = "FETCHING")]
    Fetching,
    /// The file is read.
    #[sea_orm(string_value = "READING")]
    Reading,
    /// The file is compared with the guide.
    #[sea_orm(string_value = "COMPARING")]
    Comparing,
    /// What differs is written.
    #[sea_orm(string_value = "WRITING")]
    Writing,
    /// It is over.
    #[sea_orm(string_value = "DONE")]
    Done,
}

/// One change as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// `ADDED`, `UPDATED` or `REMOVED`.
    pub kind: String,
    /// The channel.
    pub channel: Uuid,
    /// When the programme begins.
    pub starts_at: Instant,
    /// Its title.
    pub title: String,
    /// What is different: `title`, `startsAt`; empty for one that is new or gone.
    pub fields: Vec<String>,
}

/// Some changes, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Samples(pub Vec<Sample>);

/// One run and its report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_imports")]
pub struct Model {
    /// Its id: the upload's answer names it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// How far it is.
    pub status: Status,
    /// Name of the source.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// Where the uploaded bytes are.
    #[sea_orm(column_type = "Text")]
    pub object_key: String,
    /// Who uploaded it.
    pub account_id: Uuid,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Channels in the file.
    pub channels: i32,
    /// Programmes in the file.
    pub programmes: i32,
    /// Programmes that are new.
    pub added: i32,
    /// Programmes that changed.
    pub updated: i32,
    /// Programmes that went.
    pub removed: i32,
    /// Programmes that stayed as they were.
    pub unchanged: i32,
    /// Things that were mended.
    pub warnings: i32,
    /// Things that were left out, or what stopped it.
    pub errors: i32,
    /// What was found, by code; none while it runs.
    pub findings: Option<Findings>,
    /// Its source, when it has one.
    pub source_id: Option<Uuid>,
    /// What is to be fetched; none when the bytes are there.
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    /// What it does, as far as the database knows.
    pub phase: Phase,
    /// It only tells what it would change.
    pub dry_run: bool,
    /// How often it was begun.
    pub attempts: i32,
    /// The first of its changes in the log.
    pub first_cursor: Option<i64>,
    /// The last of them.
    pub last_cursor: Option<i64>,
    /// When it was undone.
    pub undone_at: Option<Instant>,
    /// Some of what it changed.
    pub samples: Option<Samples>,
}

impl ActiveModelBehavior for ActiveModel {}
