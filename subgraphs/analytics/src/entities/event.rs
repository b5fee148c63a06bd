//! Everything that happened.

use kernel::Instant;
use sea_orm::entity::prelude::*;

/// Something that happened.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Its id; of an app's event: made from the account and the app's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What happened: one of [`crate::domain::kind`].
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// When.
    pub at: Instant,
    /// Whose, when it is somebody's.
    pub account_id: Option<Uuid>,
    /// What it is about: a title, a page.
    #[sea_orm(column_type = "Text", nullable)]
    pub subject: Option<String>,
    /// What else there is to say, JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub metadata: Option<String>,
    /// When it came here.
    pub received_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
