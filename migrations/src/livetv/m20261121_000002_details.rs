//! What else a guide says of a programme, the zone of a channel, and the findings of an import.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for text in ["genre", "series_key", "episode_key", "rating", "image_url"] {
            add(manager, "programmes", ColumnDef::new(text).text()).await?;
        }
        add(manager, "programmes", ColumnDef::new("year").integer()).await?;
        for flag in ["is_new", "is_premiere", "is_live", "is_repeat", "is_last_chance"] {
            let mut flag = ColumnDef::new(flag);
            add(manager, "programmes", flag.boolean().not_null().default(false)).await?;
        }
        add(manager, "programmes", ColumnDef::new("extras").json()).await?;
        // Which showings of a series are to come.
        let series = Index::create()
            .name("programmes_by_series")
            .table("programmes")
            .col("series_key")
            .col("starts_at")
            .to_owned();
        manager.create_index(series).await?;
        add(manager, "channels", ColumnDef::new("time_zone").text()).await?;
        add(manager, "guide_imports", ColumnDef::new("findings").json()).await
    }
}

/// SQLite takes one column at a time.
async fn add(manager: &SchemaManager<'_>, table: &'static str, column: &mut ColumnDef) -> Result<(), DbErr> {
    let altered = Table::alter().table(table).add_column(column.take()).to_owned();
    manager.alter_table(altered).await
}
