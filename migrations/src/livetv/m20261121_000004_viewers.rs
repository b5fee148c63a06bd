//! What viewers ask of live TV: reminders, recordings, series rules; whose profiles there are, and how far the guide was followed.

use sea_orm_migration::prelude::*;

use crate::shared::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_people(manager).await?;
        create_reminders(manager).await?;
        create_recordings(manager).await?;
        create_rules(manager).await
    }
}

/// Who watches, a row for each account that its recordings are counted under, and the place in the log of guide changes.
async fn create_people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let profiles = Table::create()
        .table("profiles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("deleted").boolean().not_null())
        .col(instant("at").not_null())
        .to_owned();
    manager.create_table(profiles).await?;
    index(manager, "profiles_by_account", "profiles", &["account_id"]).await?;
    let accounts = Table::create()
        .table("recording_accounts")
        .col(ColumnDef::new("account_id").uuid().not_null().primary_key())
        .col(instant("counted_at").not_null())
        .to_owned();
    manager.create_table(accounts).await?;
    let followers = Table::create()
        .table("guide_followers")
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(ColumnDef::new("cursor").big_integer().not_null())
        .to_owned();
    manager.create_table(followers).await
}

async fn create_reminders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let reminders = Table::create()
        .table("reminders")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("programme_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("episode_key").text())
        .col(instant("starts_at").not_null())
        .col(ColumnDef::new("minutes_before").integer().not_null())
        .col(instant("due_at").not_null())
        .col(ColumnDef::new("dropped").boolean().not_null())
        .col(instant("created_at").not_null())
        .to_owned();
    manager.create_table(reminders).await?;
    unique(
        manager,
        "reminders_of_profile",
        "reminders",
        &["profile_id", "programme_id"],
    )
    .await?;
    for (name, columns) in [
        ("reminders_in_order", &["profile_id", "starts_at", "id"][..]),
        ("reminders_by_due", &["due_at", "id"]),
        ("reminders_by_programme", &["programme_id", "id"]),
        ("reminders_by_start", &["starts_at"]),
        ("reminders_by_account", &["account_id"]),
    ] {
        index(manager, name, "reminders", columns).await?;
    }
    Ok(())
}

async fn create_recordings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let recordings = Table::create()
        .table("recordings")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("programme_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("rule_id").uuid())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("subtitle").text())
        .col(ColumnDef::new("season").integer())
        .col(ColumnDef::new("episode").integer())
        .col(ColumnDef::new("episode_key").text())
        .col(instant("starts_at").not_null())
        .col(instant("ends_at").not_null())
        .col(ColumnDef::new("padding_before_minutes").integer().not_null())
        .col(ColumnDef::new("padding_after_minutes").integer().not_null())
        .col(instant("records_from").not_null())
        .col(instant("records_to").not_null())
        .col(ColumnDef::new("seconds").integer().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("reason").text())
        .col(instant("expires_at").not_null())
        .col(instant("created_at").not_null())
        .col(instant("changed_at").not_null())
        .to_owned();
    manager.create_table(recordings).await?;
    unique(
        manager,
        "recordings_of_profile",
        "recordings",
        &["profile_id", "programme_id"],
    )
    .await?;
    for (name, columns) in [
        ("recordings_in_order", &["profile_id", "starts_at", "id"][..]),
        ("recordings_by_status", &["profile_id", "status", "starts_at", "id"]),
        ("recordings_by_episode", &["profile_id", "episode_key"]),
        ("recordings_by_account", &["account_id", "status"]),
        ("recordings_by_programme", &["programme_id", "id"]),
        ("recordings_by_rule", &["rule_id", "status", "starts_at"]),
        ("recordings_by_begin", &["status", "records_from"]),
        ("recordings_by_end", &["status", "records_to"]),
        ("recordings_by_expiry", &["status", "expires_at"]),
    ] {
        index(manager, name, "recordings", columns).await?;
    }
    Ok(())
}

async fn create_rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let rules = Table::create()
        .table("series_rules")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid())
        .col(ColumnDef::new("series_key").text().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("new_only").boolean().not_null())
        .col(ColumnDef::new("keep").integer())
        .col(ColumnDef::new("padding_before_minutes").integer().not_null())
        .col(ColumnDef::new("padding_after_minutes").integer().not_null())
        .col(ColumnDef::new("paused").boolean().not_null())
        // Null: all programmes of the series are to be looked at.
        .col(instant("matched_at"))
        .col(instant("created_at").not_null())
        .to_owned();
    manager.create_table(rules).await?;
    for (name, columns) in [
        ("series_rules_of_profile", &["profile_id", "id"][..]),
        ("series_rules_by_series", &["series_key", "id"]),
        ("series_rules_by_account", &["account_id"]),
        ("series_rules_unmatched", &["matched_at", "id"]),
    ] {
        index(manager, name, "series_rules", columns).await?;
    }
    let matches = Table::create()
        .table("rule_matches")
        .col(ColumnDef::new("rule_id").uuid().not_null())
        .col(ColumnDef::new("programme_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("channel_id").uuid().not_null())
        .col(ColumnDef::new("title").text().not_null())
        .col(ColumnDef::new("episode_key").text())
        .col(instant("starts_at").not_null())
        .col(ColumnDef::new("outcome").text().not_null())
        .col(ColumnDef::new("recording_id").uuid())
        .primary_key(Index::create().col("rule_id").col("programme_id"))
        .to_owned();
    manager.create_table(matches).await?;
    for (name, columns) in [
        ("rule_matches_in_order", &["rule_id", "starts_at", "programme_id"][..]),
        ("rule_matches_by_episode", &["rule_id", "episode_key"]),
        ("rule_matches_by_account", &["account_id", "outcome"]),
        ("rule_matches_by_profile", &["profile_id"]),
        ("rule_matches_by_age", &["outcome", "starts_at"]),
    ] {
        index(manager, name, "rule_matches", columns).await?;
    }
    Ok(())
}

fn instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().to_owned()
}

async fn unique(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table).unique();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
