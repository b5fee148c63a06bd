//! First tables of search: what can be found, in the order in which the index is to learn of it.

use sea_orm_migration::prelude::*;

use crate::shared::{create_outbox_and_inbox, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        create_documents(manager).await?;
        create_sequence(manager).await
    }
}

async fn create_documents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let documents = Table::create()
        .table("documents")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("version").big_integer().not_null())
        .col(ColumnDef::new("sequence").big_integer().not_null())
        .col(ColumnDef::new("removed").boolean().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
        .col(ColumnDef::new("body").text().not_null())
        .to_owned();
    manager.create_table(documents).await?;
    index(manager, "documents_by_sequence", "documents", &["sequence"]).await?;
    index(manager, "documents_by_end", "documents", &["ends_at"]).await?;
    // A person can be found while at least one title names them.
    let people = Table::create()
        .table("title_people")
        .col(ColumnDef::new("title_id").uuid().not_null())
        .col(ColumnDef::new("person_id").uuid().not_null())
        .primary_key(Index::create().col("title_id").col("person_id"))
        .to_owned();
    manager.create_table(people).await?;
    index(manager, "title_people_by_person", "title_people", &["person_id"]).await
}

/// One row: the last sequence that was given out. Updating it makes writers wait for each other, so a sequence is never
/// seen before a smaller one.
async fn create_sequence(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sequence = Table::create()
        .table("sequence")
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(ColumnDef::new("last").big_integer().not_null())
        .to_owned();
    manager.create_table(sequence).await?;
    let mut first = Query::insert();
    first
        .into_table("sequence")
        .columns(["id", "last"])
        .values_panic([1.into(), 0i64.into()]);
    manager.execute(first).await
}
