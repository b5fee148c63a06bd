//! Programmes as they were before an import changed or removed them.

use sea_orm::entity::prelude::*;

/// One programme before an import.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_images")]
pub struct Model {
    /// The import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// The programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// The programme's row.
    pub image: Json,
}

impl ActiveModelBehavior for ActiveModel {}
