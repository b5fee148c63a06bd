//! First tables of recommendations: what is known of titles, profiles and what they watched.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_titles(manager).await?;
        create_profiles(manager).await?;
        create_taste(manager).await?;
        create_runs(manager).await
    }
}

async fn create_titles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let titles = Table::create()
        .table("titles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("genres").json().not_null())
        .col(ColumnDef::new("people").json().not_null())
        .col(ColumnDef::new("tags").json().not_null())
        .col(ColumnDef::new("release_year").integer())
        .col(ColumnDef::new("min_age").integer())
        .col(ColumnDef::new("series_id").uuid())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned();
    manager.create_table(titles).await
}

async fn create_profiles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let profiles = Table::create()
        .table("profiles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("kids").boolean().not_null())
        .col(ColumnDef::new("max_age").integer())
        .col(ColumnDef::new("deleted").boolean().not_null())
        .col(ColumnDef::new("changed_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(profiles).await?;
    index(manager, "profiles_by_account", "profiles", &["account_id"]).await
}

async fn create_taste(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let interactions = Table::create()
        .table("interactions")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("share").double().not_null())
        .col(ColumnDef::new("position_ms").big_integer().not_null())
        .col(ColumnDef::new("duration_ms").big_integer())
        .col(ColumnDef::new("finished").boolean().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(interactions).await?;
    index(
        manager,
        "interactions_latest",
        "interactions",
        &["profile_id", "at", "title_id"],
    )
    .await?;
    index(
        manager,
        "interactions_to_resume",
        "interactions",
        &["profile_id", "finished", "at", "title_id"],
    )
    .await?;
    let ratings = Table::create()
        .table("ratings")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("rating").integer().not_null())
        .col(ColumnDef::new("rated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(ratings).await?;
    index(
        manager,
        "ratings_latest",
        "ratings",
        &["profile_id", "rated_at", "title_id"],
    )
    .await
}

async fn create_runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let runs = Table::create()
        .table("training_runs")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("status").text().not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("finished_at").timestamp_with_time_zone())
        .col(ColumnDef::new("metrics").json().not_null())
        .to_owned();
    manager.create_table(runs).await?;
    index(
        manager,
        "training_runs_by_status",
        "training_runs",
        &["status", "started_at"],
    )
    .await
}
