//! Keys of client applications.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("api_keys")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account_id").uuid().not_null())
            .col(ColumnDef::new("name").text().not_null())
            // The beginning of the secret, for people to tell keys apart.
            .col(ColumnDef::new("prefix").text().not_null())
            // SHA-256 of the secret, hex.
            .col(ColumnDef::new("secret_hash").text().not_null().unique_key())
            // A space between them.
            .col(ColumnDef::new("scopes").text().not_null())
            .col(ColumnDef::new("requests_per_minute").integer())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("revoked_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(keys).await?;
        let newest = Index::create()
            .name("api_keys_newest")
            .table("api_keys")
            .col("account_id")
            .col("created_at")
            .col("id")
            .to_owned();
        manager.create_index(newest).await?;
        let by_end = Index::create()
            .name("api_keys_by_end")
            .table("api_keys")
            .col("expires_at")
            .to_owned();
        manager.create_index(by_end).await
    }
}
