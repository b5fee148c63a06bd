//! What editors do with channels and programmes: locks, the audit log, line-ups, blackouts, catch-up of channels.

use sea_orm_migration::prelude::*;

use crate::shared::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        extend_channels(manager).await?;
        create_locks(manager).await?;
        create_audit(manager).await?;
        create_lineups(manager).await?;
        create_blackouts(manager).await
    }
}

/// One column for each statement: SQLite adds no more.
async fn extend_channels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ColumnDef::new("hidden").boolean().not_null().default(false).to_owned(),
        ColumnDef::new("catch_up_hours").integer().to_owned(),
        ColumnDef::new("start_over")
            .boolean()
            .not_null()
            .default(false)
            .to_owned(),
    ];
    for column in columns {
        let add = Table::alter().table("channels").add_column(column).to_owned();
        manager.alter_table(add).await?;
    }
    Ok(())
}

async fn create_locks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let locks = Table::create()
        .table("field_locks")
        // A programme or a channel.
        .col(ColumnDef::new("subject_id").uuid().not_null())
        .col(ColumnDef::new("field").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        // The start by which guides know a programme that was moved or deleted.
        .col(ColumnDef::new("file_starts_at").timestamp_with_time_zone())
        // A programme's end: the lock goes when the programme is forgotten.
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("locked_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("subject_id").col("field"))
        .to_owned();
    manager.create_table(locks).await?;
    index(
        manager,
        "field_locks_by_channel",
        "field_locks",
        &["channel_id", "kind"],
    )
    .await?;
    index(manager, "field_locks_by_end", "field_locks", &["ends_at"]).await
}

async fn create_audit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let audit = Table::create()
        .table("audit_log")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("action").text().not_null())
        .col(ColumnDef::new("subject_kind").text().not_null())
        .col(ColumnDef::new("subject_id").uuid().not_null())
        .col(ColumnDef::new("changes").json().not_null())
        .col(ColumnDef::new("trace_id").text())
        .to_owned();
    manager.create_table(audit).await?;
    index(manager, "audit_log_latest", "audit_log", &["at", "id"]).await?;
    index(
        manager,
        "audit_log_by_subject",
        "audit_log",
        &["subject_id", "at", "id"],
    )
    .await?;
    index(
        manager,
        "audit_log_by_account",
        "audit_log",
        &["account_id", "at", "id"],
    )
    .await
}

async fn create_lineups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let lineups = Table::create()
        .table("lineups")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null().unique_key())
        .col(ColumnDef::new("regions").json().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(lineups).await?;
    let places = Table::create()
        .table("lineup_channels")
        .col(ColumnDef::new("lineup_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("number").text().not_null())
        .col(ColumnDef::new("sort_major").integer().not_null())
        .col(ColumnDef::new("sort_minor").integer().not_null())
        .col(ColumnDef::new("hidden").boolean().not_null())
        .primary_key(Index::create().col("lineup_id").col("channel_id"))
        .to_owned();
    manager.create_table(places).await?;
    let order = Index::create()
        .name("lineup_channels_by_number")
        .table("lineup_channels")
        .col("lineup_id")
        .col("sort_major")
        .col("sort_minor")
        .unique()
        .to_owned();
    manager.create_index(order).await?;
    index(
        manager,
        "lineup_channels_by_channel",
        "lineup_channels",
        &["channel_id"],
    )
    .await
}

async fn create_blackouts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let blackouts = Table::create()
        .table("blackouts")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        // One of the two.
        .col(ColumnDef::new("channel_id").uuid())
        .col(ColumnDef::new("programme_id").uuid())
        .col(ColumnDef::new("scope").text().not_null())
        .col(ColumnDef::new("regions").json().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(blackouts).await?;
    index(manager, "blackouts_by_channel", "blackouts", &["channel_id"]).await?;
    index(manager, "blackouts_by_programme", "blackouts", &["programme_id"]).await?;
    index(manager, "blackouts_latest", "blackouts", &["created_at", "id"]).await
}
