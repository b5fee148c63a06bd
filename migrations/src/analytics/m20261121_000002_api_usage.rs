//! Who used the graph for what, by the hour: counts, and how long it took.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_usage(manager).await?;
        create_latencies(manager).await
    }
}

/// One row for each hour and series: a client, its version, a key and an operation.
async fn create_usage(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let usage = Table::create()
        .table("api_usage")
        .col(ColumnDef::new("hour").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("series").uuid().not_null())
        .col(ColumnDef::new("client").text().not_null())
        .col(ColumnDef::new("version").text().not_null())
        .col(ColumnDef::new("operation").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("hash").text().not_null())
        .col(ColumnDef::new("key_id").uuid())
        .col(ColumnDef::new("owner_id").uuid())
        .col(ColumnDef::new("count").big_integer().not_null())
        .col(ColumnDef::new("errors").big_integer().not_null())
        .col(ColumnDef::new("duration_us").big_integer().not_null())
        .col(ColumnDef::new("longest_us").big_integer().not_null())
        .col(ColumnDef::new("cost").big_integer().not_null())
        .col(ColumnDef::new("bytes").big_integer().not_null())
        .primary_key(Index::create().col("hour").col("series"))
        .to_owned();
    manager.create_table(usage).await?;
    let by_owner = Index::create()
        .name("api_usage_by_owner")
        .table("api_usage")
        .col("owner_id")
        .col("hour")
        .to_owned();
    manager.create_index(by_owner).await
}

/// How many took how long: one row for each class of duration that was seen.
async fn create_latencies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let latencies = Table::create()
        .table("api_latencies")
        .col(ColumnDef::new("hour").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("series").uuid().not_null())
        .col(ColumnDef::new("class").integer().not_null())
        .col(ColumnDef::new("count").big_integer().not_null())
        .primary_key(Index::create().col("hour").col("series").col("class"))
        .to_owned();
    manager.create_table(latencies).await
}
