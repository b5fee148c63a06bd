//! Where the picture of a member's video is, when it lies elsewhere.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("titles")
            .add_column(ColumnDef::new("thumbnail_url").text())
            .to_owned();
        manager.alter_table(column).await
    }
}
