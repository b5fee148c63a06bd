//! Blackouts: what may not be watched somewhere, for a time.

use kernel::Instant;
use schema::events::livetv::BlackoutScope;
use sea_orm::entity::prelude::*;

use super::Words;

/// What a blackout takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Scope {
    /// Watching, at whatever time.
    #[sea_orm(string_value = "EVERYTHING")]
    Everything,
    /// Watching at another time than when it is on.
    #[sea_orm(string_value = "CATCH_UP")]
    CatchUp,
}

impl From<Scope> for BlackoutScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Everything => Self::Everything,
            Scope::CatchUp => Self::CatchUp,
        }
    }
}

/// A blackout.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blackouts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel; absent when it is of a programme.
    pub channel_id: Option<Uuid>,
    /// The programme; absent when it is of a channel.
    pub programme_id: Option<Uuid>,
    /// What it takes away.
    pub scope: Scope,
    /// Where; empty is everywhere.
    pub regions: Words,
    /// From; absent is always.
    pub starts_at: Option<Instant>,
    /// Until; absent is for ever.
    pub ends_at: Option<Instant>,
    /// Why, for staff.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The channel or programme.
    pub fn content(&self) -> Uuid {
        self.programme_id.or(self.channel_id).unwrap_or_default()
    }

    /// Whether it concerns `[from, to)`.
    pub fn meets(&self, from: Instant, to: Instant) -> bool {
        self.starts_at.is_none_or(|starts| starts < to) && self.ends_at.is_none_or(|ends| ends > from)
    }
}
