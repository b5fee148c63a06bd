//! Which of our channels a source's channel is.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// What is known of a source's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MatchState {
    /// It is one of ours.
    #[sea_orm(string_value = "MATCHED")]
    Matched,
    /// It may be one of several, or nobody can say: its programmes are left out.
    #[sea_orm(string_value = "UNCERTAIN")]
    Uncertain,
    /// An administrator wants none of it.
    #[sea_orm(string_value = "IGNORED")]
    Ignored,
}

/// By what a channel was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MatchReason {
    /// An administrator said so.
    #[sea_orm(string_value = "MANUAL")]
    Manual,
    /// By its XMLTV id.
    #[sea_orm(string_value = "XMLTV_ID")]
    XmltvId,
    /// By its name.
    #[sea_orm(string_value = "NAME")]
    Name,
    /// By a name that is nearly the same: `BBC One HD` and `BBC 1`.
    #[sea_orm(string_value = "SIMILAR_NAME")]
    SimilarName,
    /// By its number.
    #[sea_orm(string_value = "NUMBER")]
    Number,
    /// Nobody knew it: it was made.
    #[sea_orm(string_value = "CREATED")]
    Created,
}

/// One channel of a source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_matches")]
pub struct Model {
    /// The source; nil for guides of no source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// The channel's id in the source's files.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub file_id: String,
    /// Its name there.
    #[sea_orm(column_type = "Text", nullable)]
    pub file_name: Option<String>,
    /// Its number there.
    #[sea_orm(column_type = "Text", nullable)]
    pub file_number: Option<String>,
    /// Our channel; of an uncertain one the likeliest.
    pub channel_id: Option<Uuid>,
    /// What is known.
    pub state: MatchState,
    /// By what it was found.
    pub reason: MatchReason,
    /// How sure it is, 0 to 100.
    pub confidence: i32,
    /// An administrator said so: imports leave it alone.
    pub is_manual: bool,
    /// When this was last decided.
    pub changed_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
