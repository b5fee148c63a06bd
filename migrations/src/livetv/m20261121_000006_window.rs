//! The time that a change of the guide is about, for subscribers who follow a part of the day only.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One statement each: SQLite adds one column at a time.
        for name in ["starts_at", "ends_at"] {
            let mut column = ColumnDef::new(name);
            let table = Table::alter()
                .table("guide_changes")
                .add_column(column.timestamp_with_time_zone())
                .to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
