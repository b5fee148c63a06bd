//! First tables of accounts: who signs in, who watches, and what they watched, listed and rated.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_accounts(manager).await?;
        create_sessions(manager).await?;
        create_profiles(manager).await?;
        create_titles(manager).await?;
        create_watchlist(manager).await?;
        create_resume_points(manager).await?;
        create_ratings(manager).await
    }
}

async fn create_accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let accounts = Table::create()
        .table("accounts")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        // Normalised: one address has one spelling.
        .col(ColumnDef::new("email").text().not_null().unique_key())
        .col(ColumnDef::new("display_name").text().not_null())
        // PHC string; absent when nobody can sign in with a password.
        .col(ColumnDef::new("password_hash").text())
        // Role names, a space between them.
        .col(ColumnDef::new("roles").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(accounts).await
}

/// One row for each refresh token ever given; rows of one sign-in share a family.
async fn create_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sessions = Table::create()
        .table("sessions")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("family_id").uuid().not_null())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("token_hash").text().not_null().unique_key())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("spent_at").timestamp_with_time_zone())
        .col(ColumnDef::new("revoked_at").timestamp_with_time_zone())
        .col(ColumnDef::new("access_token_id").uuid().not_null())
        .col(
            ColumnDef::new("access_expires_at")
                .timestamp_with_time_zone()
                .not_null(),
        )
        .to_owned();
    manager.create_table(sessions).await?;
    index(
        manager,
        "sessions_by_family",
        "sessions",
        &["family_id", "access_expires_at"],
    )
    .await?;
    index(
        manager,
        "sessions_by_account",
        "sessions",
        &["account_id", "access_expires_at"],
    )
    .await?;
    index(manager, "sessions_by_access_token", "sessions", &["access_token_id"]).await?;
    index(manager, "sessions_by_end", "sessions", &["expires_at"]).await
}

async fn create_profiles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let profiles = Table::create()
        .table("profiles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("account_id").uuid().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("avatar_url").text())
        .col(ColumnDef::new("kids").boolean().not_null())
        .col(ColumnDef::new("max_age").integer())
        .col(ColumnDef::new("language").text())
        .col(ColumnDef::new("subtitle_language").text())
        .col(ColumnDef::new("autoplay").boolean().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(profiles).await?;
    index(
        manager,
        "profiles_by_account",
        "profiles",
        &["account_id", "created_at", "id"],
    )
    .await
}

/// What the catalogue told of its titles.
async fn create_titles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let titles = Table::create()
        .table("titles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("runtime_seconds").integer())
        .col(ColumnDef::new("series_id").uuid())
        .col(ColumnDef::new("season_number").integer())
        .col(ColumnDef::new("episode_number").integer())
        .col(ColumnDef::new("withdrawn").boolean().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .to_owned();
    manager.create_table(titles).await
}

async fn create_watchlist(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let entries = Table::create()
        .table("watchlist_entries")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("added_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(entries).await?;
    index(
        manager,
        "watchlist_newest",
        "watchlist_entries",
        &["profile_id", "added_at", "title_id"],
    )
    .await
}

async fn create_resume_points(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let points = Table::create()
        .table("resume_points")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("position_ms").big_integer().not_null())
        .col(ColumnDef::new("duration_ms").big_integer())
        .col(ColumnDef::new("finished").boolean().not_null())
        .col(ColumnDef::new("watched_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(points).await?;
    index(
        manager,
        "history_newest",
        "resume_points",
        &["profile_id", "watched_at", "title_id"],
    )
    .await?;
    let unfinished = &["profile_id", "finished", "watched_at", "title_id"];
    index(manager, "continue_watching_newest", "resume_points", unfinished).await?;
    // Progress that an app sent already, by the app's own key.
    let keys = Table::create()
        .table("progress_keys")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("idempotency_key").text().not_null())
        .col(ColumnDef::new("recorded_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("idempotency_key"))
        .to_owned();
    manager.create_table(keys).await?;
    index(manager, "progress_keys_by_age", "progress_keys", &["recorded_at"]).await
}

async fn create_ratings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let ratings = Table::create()
        .table("ratings")
        .col(ColumnDef::new("profile_id").uuid().not_null())
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("rating").integer().not_null())
        .col(ColumnDef::new("comment").text())
        // Reviews are ratings with a comment: a column of its own, so that their list has an index.
        .col(ColumnDef::new("is_review").boolean().not_null())
        .col(ColumnDef::new("rated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("profile_id").col("title_id"))
        .to_owned();
    manager.create_table(ratings).await?;
    index(
        manager,
        "ratings_newest",
        "ratings",
        &["profile_id", "rated_at", "title_id"],
    )
    .await?;
    // Counts and averages read this index alone.
    index(manager, "ratings_of_title", "ratings", &["title_id", "rating"]).await?;
    index(
        manager,
        "reviews_newest",
        "ratings",
        &["title_id", "is_review", "rated_at", "profile_id"],
    )
    .await
}
