//! Packaged films.

use sea_orm::entity::prelude::*;

/// A packaged film; its objects lie below `a/{id}/{revision}/`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assets")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its revision.
    pub revision: i32,
    /// Object key of the progressive original.
    pub original_key: String,
    /// Its size.
    pub original_bytes: i64,
    /// Its media type.
    pub original_type: String,
    /// Its length.
    pub duration_ms: i64,
}

impl ActiveModelBehavior for ActiveModel {}
