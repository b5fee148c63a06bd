//! Accounts at identity providers, and access tokens that were exchanged for others.

use sea_orm_migration::prelude::*;

use crate::shared::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let identities = Table::create()
            .table("identities")
            .col(ColumnDef::new("issuer").text().not_null())
            .col(ColumnDef::new("subject").text().not_null())
            .col(ColumnDef::new("account_id").uuid().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("issuer").col("subject"))
            .to_owned();
        manager.create_table(identities).await?;
        index(manager, "identities_of_account", "identities", &["account_id"]).await?;
        let exchanged = Table::create()
            .table("exchanged_tokens")
            // The `jti` of the access token.
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("account_id").uuid().not_null())
            // The sign-in (`sessions.family_id`) or the API key it descends from.
            .col(ColumnDef::new("parent_id").uuid().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("revoked_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(exchanged).await?;
        let columns = &["account_id", "expires_at"];
        index(manager, "exchanged_tokens_by_account", "exchanged_tokens", columns).await?;
        let columns = &["parent_id", "expires_at"];
        index(manager, "exchanged_tokens_by_parent", "exchanged_tokens", columns).await?;
        index(manager, "exchanged_tokens_by_end", "exchanged_tokens", &["expires_at"]).await
    }
}
