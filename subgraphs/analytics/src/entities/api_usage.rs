//! Who used the graph for what in an hour.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// One client, version, key and operation in one hour.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_usage")]
pub struct Model {
    /// When the hour begins.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: Instant,
    /// Made of client, version, key and operation: the same in every hour.
    #[sea_orm(primary_key, auto_increment = false)]
    pub series: Uuid,
    /// The application's name, as it says.
    #[sea_orm(column_type = "Text")]
    pub client: String,
    /// Its version, as it says.
    #[sea_orm(column_type = "Text")]
    pub version: String,
    /// The operation's name.
    #[sea_orm(column_type = "Text")]
    pub operation: String,
    /// `query`, `mutation`, `subscription`, `invalid`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Twelve digits of the document's hash.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// The API key.
    pub key_id: Option<Uuid>,
    /// Whose key it is.
    pub owner_id: Option<Uuid>,
    /// How often.
    pub count: i64,
    /// How often with errors.
    pub errors: i64,
    /// How long all together.
    pub duration_us: i64,
    /// The longest.
    pub longest_us: i64,
    /// Cost, in units.
    pub cost: i64,
    /// Bytes of answers.
    pub bytes: i64,
}

impl ActiveModelBehavior for ActiveModel {}
