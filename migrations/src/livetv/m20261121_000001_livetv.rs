//! First tables of livetv: channels, their programmes, the log of guide changes, and guide imports.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_channels(manager).await?;
        create_programmes(manager).await?;
        create_change_log(manager).await?;
        create_imports(manager).await
    }
}

async fn create_channels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let channels = Table::create()
        .table("channels")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("number").text().not_null())
        .col(ColumnDef::new("sort_major").integer().not_null())
        .col(ColumnDef::new("sort_minor").integer().not_null())
        // The number while the channel lives: no two living channels share it.
        .col(ColumnDef::new("live_number").text().unique_key())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded_name").text().not_null())
        .col(ColumnDef::new("logo_url").text())
        .col(ColumnDef::new("xmltv_id").text().unique_key())
        .col(ColumnDef::new("packages").json().not_null())
        .col(ColumnDef::new("sources").json().not_null())
        .col(ColumnDef::new("loops").json())
        .col(ColumnDef::new("forgotten_before").timestamp_with_time_zone())
        .col(ColumnDef::new("deleted").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(channels).await?;
    index(
        manager,
        "channels_by_number",
        "channels",
        &["deleted", "sort_major", "sort_minor", "id"],
    )
    .await?;
    index(manager, "channels_by_name", "channels", &["folded_name"]).await
}

async fn create_programmes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let programmes = Table::create()
        .table("programmes")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("subtitle").text())
        .col(ColumnDef::new("description").text())
        .col(ColumnDef::new("categories").json().not_null())
        .col(ColumnDef::new("season").integer())
        .col(ColumnDef::new("episode").integer())
        .to_owned();
    manager.create_table(programmes).await?;
    // What a programme is, and the window of a channel. Programmes last a day at most, so a range of starts suffices.
    let place = Index::create()
        .name("programmes_place")
        .table("programmes")
        .col("channel_id")
        .col("starts_at")
        .unique()
        .to_owned();
    manager.create_index(place).await?;
    index(manager, "programmes_by_end", "programmes", &["ends_at"]).await
}

async fn create_change_log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // One row: where the log ends and begins. Writers lock it, so cursors are committed in their order.
    let log = Table::create()
        .table("guide_log")
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(ColumnDef::new("epoch").uuid().not_null())
        .col(ColumnDef::new("cursor").big_integer().not_null())
        .col(ColumnDef::new("purged_to").big_integer().not_null())
        .to_owned();
    manager.create_table(log).await?;
    let changes = Table::create()
        .table("guide_changes")
        .col(ColumnDef::new("cursor").big_integer().not_null().primary_key())
        .col(ColumnDef::new("import_id").uuid().not_null())
        .col(ColumnDef::new("programme_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("changed_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(changes).await?;
    index(
        manager,
        "guide_changes_by_channel",
        "guide_changes",
        &["channel_id", "cursor"],
    )
    .await?;
    index(manager, "guide_changes_by_age", "guide_changes", &["changed_at"]).await
}

async fn create_imports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut imports = Table::create();
    imports
        .table("guide_imports")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("source").text().not_null())
        .col(ColumnDef::new("object_key").text().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("finished_at").timestamp_with_time_zone());
    for count in [
        "channels",
        "programmes",
        "added",
        "updated",
        "removed",
        "unchanged",
        "warnings",
        "errors",
    ] {
        imports.col(ColumnDef::new(count).integer().not_null());
    }
    manager.create_table(imports).await?;
    index(manager, "guide_imports_latest", "guide_imports", &["started_at", "id"]).await?;
    let messages = Table::create()
        .table("import_messages")
        .col(ColumnDef::new("import_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .col(ColumnDef::new("line").integer())
        .col(ColumnDef::new("text").text().not_null())
        .primary_key(Index::create().col("import_id").col("position"))
        .to_owned();
    manager.create_table(messages).await
}
