//! First tables of catalogue: titles, their people, genres, pictures and films.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_titles(manager).await?;
        create_words(manager).await?;
        create_genres(manager).await?;
        create_people(manager).await?;
        create_media(manager).await
    }
}

async fn create_titles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let titles = Table::create()
        .table("titles")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("state").text().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("sort_name").text().not_null())
        .col(ColumnDef::new("synopsis").text().not_null())
        .col(ColumnDef::new("release_year").integer())
        .col(ColumnDef::new("runtime_seconds").integer())
        .col(ColumnDef::new("rating_system").text())
        .col(ColumnDef::new("rating_code").text())
        .col(ColumnDef::new("min_age").integer())
        .col(ColumnDef::new("country").text())
        .col(ColumnDef::new("tags").json().not_null())
        .col(ColumnDef::new("packages").json().not_null())
        // Season: its series. Episode: its season.
        .col(ColumnDef::new("parent_id").uuid())
        .col(ColumnDef::new("series_id").uuid())
        .col(ColumnDef::new("number").integer())
        .col(ColumnDef::new("uploader_id").uuid())
        .col(ColumnDef::new("asset_id").uuid())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(titles).await?;
    index(manager, "titles_latest", "titles", &["state", "published_at", "id"]).await?;
    index(
        manager,
        "titles_by_name",
        "titles",
        &["kind", "state", "sort_name", "id"],
    )
    .await?;
    index(
        manager,
        "titles_by_year",
        "titles",
        &["kind", "state", "release_year", "sort_name", "id"],
    )
    .await?;
    index(manager, "titles_by_update", "titles", &["updated_at", "id"]).await?;
    // A number is used once in a series and once in a season.
    let parts = Index::create()
        .name("titles_parts")
        .table("titles")
        .col("parent_id")
        .col("number")
        .unique()
        .to_owned();
    manager.create_index(parts).await
}

/// Words of names, folded: `query` of a filter finds a title by the beginnings of words, through an index.
async fn create_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut word = ColumnDef::new("word");
    word.text().not_null();
    if manager.get_database_backend() == DbBackend::Postgres {
        // Prefixes are looked up as ranges, which only byte order gives.
        word.extra("COLLATE \"C\"");
    }
    let words = Table::create()
        .table("title_words")
        .col(word)
        .col(ColumnDef::new("title_id").uuid().not_null())
        .primary_key(Index::create().col("word").col("title_id"))
        .to_owned();
    manager.create_table(words).await?;
    index(manager, "title_words_by_title", "title_words", &["title_id"]).await
}

async fn create_genres(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let genres = Table::create()
        .table("genres")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded").text().not_null().unique_key())
        .to_owned();
    manager.create_table(genres).await?;
    let links = Table::create()
        .table("title_genres")
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("genre_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .primary_key(Index::create().col("title_id").col("genre_id"))
        .to_owned();
    manager.create_table(links).await?;
    index(
        manager,
        "title_genres_by_genre",
        "title_genres",
        &["genre_id", "title_id"],
    )
    .await
}

async fn create_people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let people = Table::create()
        .table("people")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("name").text().not_null())
        .to_owned();
    manager.create_table(people).await?;
    let credits = Table::create()
        .table("credits")
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .col(ColumnDef::new("character").text())
        .primary_key(Index::create().col("title_id").col("position"))
        .to_owned();
    manager.create_table(credits).await?;
    index(manager, "credits_by_person", "credits", &["person_id", "title_id"]).await
}

async fn create_media(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let artwork = Table::create()
        .table("artwork")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("owner_id").uuid().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("width").integer().not_null())
        .col(ColumnDef::new("height").integer().not_null())
        .to_owned();
    manager.create_table(artwork).await?;
    index(manager, "artwork_by_owner", "artwork", &["owner_id"]).await?;
    let assets = Table::create()
        .table("assets")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("revision").integer().not_null())
        .col(ColumnDef::new("original_key").text().not_null())
        .col(ColumnDef::new("original_bytes").big_integer().not_null())
        .col(ColumnDef::new("original_type").text().not_null())
        .col(ColumnDef::new("duration_ms").big_integer().not_null())
        .to_owned();
    manager.create_table(assets).await
}
