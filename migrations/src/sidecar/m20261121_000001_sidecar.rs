//! First tables of sidecar.

use sea_orm_migration::prelude::*;

use crate::shared::create_outbox_and_inbox;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await?;
        let uploads = Table::create()
            .table("guide_uploads")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("object_key").text().not_null())
            .col(ColumnDef::new("source").text().not_null())
            .col(ColumnDef::new("size_bytes").big_integer().not_null())
            .col(ColumnDef::new("gzip").boolean().not_null())
            .col(ColumnDef::new("account_id").uuid().not_null())
            .col(ColumnDef::new("uploaded_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("removed_at").timestamp_with_time_zone())
            .to_owned();
        manager.create_table(uploads).await?;
        // For the job that removes old objects: those still there, oldest first.
        let kept = Index::create()
            .name("guide_uploads_kept")
            .table("guide_uploads")
            .col("removed_at")
            .col("uploaded_at")
            .to_owned();
        manager.create_index(kept).await
    }
}
