//! Fields that an editor set: guides do not change them.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// Whose field it is. Only programmes have locks: a guide changes no channel that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A programme's.
    #[sea_orm(string_value = "PROGRAMME")]
    Programme,
}

/// One locked field.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "field_locks")]
pub struct Model {
    /// The programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// The name of the field.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub field: String,
    /// What the subject is.
    pub kind: Kind,
    /// The programme's channel.
    pub channel_id: Uuid,
    /// The start by which guides know a programme that was moved or deleted.
    pub file_starts_at: Option<Instant>,
    /// A programme's end: the lock goes when the programme is forgotten.
    pub ends_at: Option<Instant>,
    /// When.
    pub locked_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
