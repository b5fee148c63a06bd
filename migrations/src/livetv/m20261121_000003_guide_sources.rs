//! Where guides come from: sources, whose channels they mean, who owns a programme, and what an import changed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_sources(manager).await?;
        create_matches(manager).await?;
        create_images(manager).await?;
        add(manager, "programmes", ColumnDef::new("source_id").uuid()).await?;
        extend_imports(manager).await
    }
}

async fn create_sources(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sources = Table::create()
        .table("guide_sources")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded_name").text().not_null().unique_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("url").text())
        .col(ColumnDef::new("folder").text())
        .col(ColumnDef::new("interval_minutes").integer().not_null())
        .col(ColumnDef::new("priority").integer().not_null())
        .col(ColumnDef::new("policies").json().not_null())
        .col(ColumnDef::new("enabled").boolean().not_null())
        .col(ColumnDef::new("etag").text())
        .col(ColumnDef::new("last_modified").text())
        // Follows from the bytes of the last guide: servers may not say that it is the same.
        .col(ColumnDef::new("digest").text())
        // Files of a folder that were read, as they were then.
        .col(ColumnDef::new("seen").json().not_null())
        .col(ColumnDef::new("failures").integer().not_null())
        .col(ColumnDef::new("last_error").text())
        .col(ColumnDef::new("checked_at").timestamp_with_time_zone())
        // None: never by itself.
        .col(ColumnDef::new("next_run_at").timestamp_with_time_zone())
        .col(ColumnDef::new("last_import_id").uuid())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(sources).await?;
    let due = Index::create()
        .name("guide_sources_due")
        .table("guide_sources")
        .col("next_run_at")
        .to_owned();
    manager.create_index(due).await
}

async fn create_matches(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let matches = Table::create()
        .table("channel_matches")
        .col(ColumnDef::new("source_id").uuid().not_null())
        .col(ColumnDef::new("file_id").text().not_null())
        .col(ColumnDef::new("file_name").text())
        .col(ColumnDef::new("file_number").text())
        .col(ColumnDef::new("channel_id").uuid())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("confidence").integer().not_null())
        .col(ColumnDef::new("is_manual").boolean().not_null())
        .col(ColumnDef::new("changed_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("source_id").col("file_id"))
        .to_owned();
    manager.create_table(matches).await?;
    let uncertain = Index::create()
        .name("channel_matches_by_confidence")
        .table("channel_matches")
        .col("source_id")
        .col("confidence")
        .col("file_id")
        .to_owned();
    manager.create_index(uncertain).await
}

async fn create_images(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let images = Table::create()
        .table("import_images")
        .col(ColumnDef::new("import_id").uuid().not_null())
        .col(ColumnDef::new("programme_id").uuid().not_null())
        .col(ColumnDef::new("image").json().not_null())
        .primary_key(Index::create().col("import_id").col("programme_id"))
        .to_owned();
    manager.create_table(images).await
}

async fn extend_imports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = "guide_imports";
    add(manager, table, ColumnDef::new("source_id").uuid()).await?;
    add(manager, table, ColumnDef::new("url").text()).await?;
    add(
        manager,
        table,
        ColumnDef::new("phase").text().not_null().default("DONE"),
    )
    .await?;
    add(
        manager,
        table,
        ColumnDef::new("dry_run").boolean().not_null().default(false),
    )
    .await?;
    add(
        manager,
        table,
        ColumnDef::new("attempts").integer().not_null().default(0),
    )
    .await?;
    // Its part of the log of changes; none when it changed nothing.
    add(manager, table, ColumnDef::new("first_cursor").big_integer()).await?;
    add(manager, table, ColumnDef::new("last_cursor").big_integer()).await?;
    add(manager, table, ColumnDef::new("undone_at").timestamp_with_time_zone()).await?;
    add(manager, table, ColumnDef::new("samples").json()).await?;
    for (name, columns) in [
        ("guide_imports_waiting", ["status", "started_at"]),
        ("guide_imports_of_source", ["source_id", "started_at"]),
    ] {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

/// One column at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, table: &'static str, column: &mut ColumnDef) -> Result<(), DbErr> {
    let alter = Table::alter().table(table).add_column(column.take()).to_owned();
    manager.alter_table(alter).await
}
