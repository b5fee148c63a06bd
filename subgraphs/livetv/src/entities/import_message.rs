//! What an import has to say about its file.

use sea_orm::{QueryOrder, Select, entity::prelude::*};

/// One message.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_messages")]
pub struct Model {
    /// Its import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Its place among the messages of the import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Line of the file, from 1.
    pub line: Option<i32>,
    /// What is to be said.
    #[sea_orm(column_type = "Text")]
    pub text: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Messages of `imports`, in their order.
    pub fn of_imports(imports: &[Uuid]) -> Select<Self> {
        Self::find()
            .filter(Column::ImportId.is_in(imports.iter().copied()))
            .order_by_asc(Column::ImportId)
            .order_by_asc(Column::Position)
    }
}
