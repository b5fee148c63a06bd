//! First tables of rights: read models of what is sold and shown, rules, the ledger, playback sessions.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_content(manager).await?;
        create_people(manager).await?;
        create_offers(manager).await?;
        create_rules(manager).await?;
        create_sessions(manager).await?;
        create_reports(manager).await
    }
}

/// Read models of what can be played.
async fn create_content(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let titles = Table::create()
        .table("titles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("packages").json().not_null())
        .col(ColumnDef::new("min_age").integer())
        .col(ColumnDef::new("asset").json())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .to_owned();
    manager.create_table(titles).await?;
    let channels = Table::create()
        .table("channels")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("packages").json().not_null())
        .col(ColumnDef::new("sources").json().not_null())
        .col(ColumnDef::new("loops").json())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("deleted").boolean().not_null())
        .to_owned();
    manager.create_table(channels).await
}

/// Who watches, how far they are, and a row for each account that slots are counted under.
async fn create_people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let profiles = Table::create()
        .table("profiles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("kids").boolean().not_null())
        .col(ColumnDef::new("max_age").integer())
        .col(ColumnDef::new("deleted").boolean().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(profiles).await?;
    index(manager, "profiles_by_account", "profiles", &["account_id"]).await?;
    let positions = Table::create()
        .table("positions")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("position_ms").big_integer().not_null())
        .col(ColumnDef::new("finished").boolean().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(positions).await?;
    let slots = Table::create()
        .table("stream_slots")
        .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("taken_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(slots).await
}

async fn create_offers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let offers = Table::create()
        .table("offers")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        // Absent for a plan's offer.
        .col(ColumnDef::new("content_id").uuid())
        .col(ColumnDef::new("packages").json().not_null())
        .col(ColumnDef::new("price_minor").big_integer().not_null())
        .col(ColumnDef::new("currency").text().not_null())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .col(ColumnDef::new("changed_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(offers).await?;
    index(manager, "offers_by_content", "offers", &["content_id", "withdrawn"]).await
}

async fn create_rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let rules = Table::create()
        .table("access_rules")
        .col(ColumnDef::new("content_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("door").text().not_null())
        // Absent: the packages that the content itself belongs to.
        .col(ColumnDef::new("packages").json())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("territories").json().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(rules).await?;
    index(
        manager,
        "access_rules_latest",
        "access_rules",
        &["updated_at", "content_id"],
    )
    .await?;
    let entitlements = Table::create()
        .table("entitlements")
        // The subscription, purchase or rental that gives it.
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("source").text().not_null())
        .col(ColumnDef::new("packages").json().not_null())
        .col(ColumnDef::new("content_id").uuid())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("max_streams").integer().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned();
    manager.create_table(entitlements).await?;
    index(
        manager,
        "entitlements_by_account",
        "entitlements",
        &["account_id", "ends_at"],
    )
    .await
}

async fn create_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sessions = Table::create()
        .table("playback_sessions")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("content_id").uuid().not_null())
        .col(ColumnDef::new("is_channel").boolean().not_null())
        .col(ColumnDef::new("device_id").text().not_null())
        .col(ColumnDef::new("device_name").text().not_null())
        .col(ColumnDef::new("duration_ms").big_integer())
        .col(ColumnDef::new("resume_ms").big_integer().not_null())
        .col(ColumnDef::new("position_ms").big_integer().not_null())
        .col(ColumnDef::new("last_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("renewed_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ended_at").timestamp_with_time_zone())
        .to_owned();
    manager.create_table(sessions).await?;
    index(
        manager,
        "playback_sessions_by_account",
        "playback_sessions",
        &["account_id", "ended_at"],
    )
    .await?;
    index(
        manager,
        "playback_sessions_silent",
        "playback_sessions",
        &["ended_at", "renewed_at"],
    )
    .await
}

async fn create_reports(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let reports = Table::create()
        .table("playback_reports")
        .col(ColumnDef::new("session_id").uuid().not_null())
        .col(ColumnDef::new("idempotency_key").text().not_null())
        .col(ColumnDef::new("received_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("session_id").col("idempotency_key"))
        .to_owned();
    manager.create_table(reports).await?;
    index(manager, "playback_reports_by_age", "playback_reports", &["received_at"]).await
}
