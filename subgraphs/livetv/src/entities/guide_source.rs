//! Where guides come from.

use std::collections::BTreeMap;

use kernel::Instant;
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// How a source's guide comes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SourceKind {
    /// Somebody uploads it under the source's name.
    #[sea_orm(string_value = "UPLOAD")]
    Upload,
    /// It is fetched from a web address.
    #[sea_orm(string_value = "URL")]
    Url,
    /// Files are picked up from a folder.
    #[sea_orm(string_value = "FOLDER")]
    Folder,
}

/// Files of a folder that were read: name and what the file looked like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Seen(pub BTreeMap<String, String>);

/// One source.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_sources")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name: uploads name it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name as it is compared: unique.
    #[sea_orm(column_type = "Text")]
    pub folded_name: String,
    /// How its guide comes here.
    pub kind: SourceKind,
    /// The web address, of one that is fetched.
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    /// The folder below the folder of the settings, of one that is picked up.
    #[sea_orm(column_type = "Text", nullable)]
    pub folder: Option<String>,
    /// Minutes between two looks.
    pub interval_minutes: i32,
    /// Of two sources of a channel the one with the lower number is right.
    pub priority: i32,
    /// What its imports do with the oddities of a file.
    pub policies: Json,
    /// It is looked at by itself.
    pub enabled: bool,
    /// What the server called the last guide (RFC 9110 §8.8.3).
    #[sea_orm(column_type = "Text", nullable)]
    pub etag: Option<String>,
    /// When the last guide was made, as the server wrote it.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_modified: Option<String>,
    /// Follows from the bytes of the last guide.
    #[sea_orm(column_type = "Text", nullable)]
    pub digest: Option<String>,
    /// Files of the folder that were read.
    pub seen: Seen,
    /// Looks that failed since the last one that did not.
    pub failures: i32,
    /// Why the last look failed; none when it did not.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// When it was last looked at.
    pub checked_at: Option<Instant>,
    /// When it is looked at next; none: never by itself.
    pub next_run_at: Option<Instant>,
    /// The last import of it.
    pub last_import_id: Option<Uuid>,
    /// When it was made.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
