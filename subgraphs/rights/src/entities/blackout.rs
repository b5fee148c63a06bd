//! What rights knows of blackouts: a read model of live TV.

use kernel::Instant;
use sea_orm::entity::prelude::*;

use super::Words;

/// A blackout.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blackouts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel or programme.
    pub content_id: Uuid,
    /// It is of a programme.
    pub is_programme: bool,
    /// It takes away only what is watched at another time.
    pub catch_up_only: bool,
    /// Countries and their parts; empty is everywhere.
    pub regions: Words,
    /// From; absent is always.
    pub starts_at: Option<Instant>,
    /// Until; absent is for ever.
    pub ends_at: Option<Instant>,
    /// Grows with every change.
    pub version: i64,
    /// It was lifted.
    pub deleted: bool,
}

impl ActiveModelBehavior for ActiveModel {}
