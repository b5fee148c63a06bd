//! Runs of guide imports.

use kernel::Instant;
use sea_orm::entity::prelude::*;

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
}

impl ActiveModelBehavior for ActiveModel {}
