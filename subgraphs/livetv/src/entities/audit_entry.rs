//! Who changed what: written with the change, never changed.

use kernel::Instant;
use sea_orm::entity::prelude::*;

use super::FieldChanges;

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Subject {
    /// A channel.
    #[sea_orm(string_value = "CHANNEL")]
    Channel,
    /// A programme.
    #[sea_orm(string_value = "PROGRAMME")]
    Programme,
    /// A line-up.
    #[sea_orm(string_value = "LINEUP")]
    Lineup,
    /// A blackout.
    #[sea_orm(string_value = "BLACKOUT")]
    Blackout,
    /// A source of guides.
    #[sea_orm(string_value = "SOURCE")]
    Source,
}

/// One entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: Instant,
    /// Who.
    pub account_id: Uuid,
    /// What was asked: the name of the mutation.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// What was changed.
    pub subject_kind: Subject,
    /// Which one.
    pub subject_id: Uuid,
    /// How.
    pub changes: FieldChanges,
    /// The trace of the request.
    #[sea_orm(column_type = "Text", nullable)]
    pub trace_id: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
