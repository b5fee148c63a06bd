//! Pictures of titles and people; the bytes lie in storage, the sidecar serves them.

use sea_orm::entity::prelude::*;

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// Upright, 2:3.
    #[sea_orm(string_value = "POSTER")]
    Poster,
    /// Wide, 16:9.
    #[sea_orm(string_value = "BACKDROP")]
    Backdrop,
    /// A frame, 16:9.
    #[sea_orm(string_value = "STILL")]
    Still,
    /// A person.
    #[sea_orm(string_value = "PORTRAIT")]
    Portrait,
}

/// A picture.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artwork")]
pub struct Model {
    /// Its id, also in its URL.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The title or person it shows.
    pub owner_id: Uuid,
    /// What it is for.
    pub kind: Kind,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
}

impl ActiveModelBehavior for ActiveModel {}
