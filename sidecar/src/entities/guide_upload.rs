//! Guides that were uploaded, and whether their bytes are still kept.

use kernel::Instant;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Select};

/// One upload; its id is that of the import.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guide_uploads")]
pub struct Model {
    /// Import id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where the bytes are.
    pub object_key: String,
    /// Name of the source.
    pub source: String,
    /// Bytes as sent.
    pub size_bytes: i64,
    /// They are gzip.
    pub gzip: bool,
    /// Who uploaded it.
    pub account_id: Uuid,
    /// When.
    pub uploaded_at: Instant,
    /// When the bytes were removed.
    pub removed_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Up to `limit` uploads from before `before` whose bytes are still kept, oldest first.
    pub fn kept_since(before: Instant, limit: u64) -> Select<Self> {
        Self::find()
            .filter(Column::RemovedAt.is_null())
            .filter(Column::UploadedAt.lt(before))
            .order_by_asc(Column::UploadedAt)
            .limit(limit)
    }
}
