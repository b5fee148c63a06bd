//! First tables of analytics: events, their roll-ups, and what playback sessions watched.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_events(manager).await?;
        create_roll_ups(manager).await?;
        create_watches(manager).await
    }
}

async fn create_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let events = Table::create()
        .table("events")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("account_id").uuid())
        .col(ColumnDef::new("subject").text())
        .col(ColumnDef::new("metadata").text())
        .col(ColumnDef::new("received_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(events).await?;
    index(manager, "events_by_kind", "events", &["kind", "at"]).await?;
    index(manager, "events_by_account", "events", &["account_id"]).await?;
    index(manager, "events_by_arrival", "events", &["received_at"]).await
}

/// Counts of a kind in a minute, an hour and a day: a chart of any span reads at most as many rows as it has points.
async fn create_roll_ups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let roll_ups = Table::create()
        .table("roll_ups")
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("span").text().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("count").big_integer().not_null())
        .primary_key(Index::create().col("kind").col("span").col("starts_at"))
        .to_owned();
    manager.create_table(roll_ups).await
}

async fn create_watches(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let watches = Table::create()
        .table("watches")
        .col(ColumnDef::new("session_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("first_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("last_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("lowest_ms").big_integer().not_null())
        .col(ColumnDef::new("highest_ms").big_integer().not_null())
        .col(ColumnDef::new("duration_ms").big_integer())
        .col(ColumnDef::new("watched_at").timestamp_with_time_zone())
        .to_owned();
    manager.create_table(watches).await?;
    index(manager, "watches_by_account", "watches", &["account_id"]).await?;
    index(manager, "watches_by_end", "watches", &["last_at"]).await
}
