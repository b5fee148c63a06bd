//! The log of guide changes, from which subscribers resume.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// How a programme changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// It is new.
    #[sea_orm(string_value = "ADDED")]
    Added,
    /// A field that viewers see changed.
    #[sea_orm(string_value = "UPDATED")]
    Updated,
    /// It is gone.
    #[sea_orm(string_value = "REMOVED")]
    Removed,
}

/// One changed programme.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_changes")]
pub struct Model {
    /// Its place in the log: grows with every change, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cursor: i64,
    /// What was committed together.
    pub import_id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// How it changed.
    pub kind: Kind,
    /// When.
    pub changed_at: Instant,
    /// The time it is about begins: where the programme began or begins. None if that was not noted.
    pub starts_at: Option<Instant>,
    /// The time it is about ends: where the programme ended or ends. None if that was not noted.
    pub ends_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}
