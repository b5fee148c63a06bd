//! What rights knows of live TV: programmes, blackouts, what can be watched later; and which programme a session plays.

use sea_orm_migration::prelude::*;

use crate::shared::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let programmes = Table::create()
            .table("programmes")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("channel_id").uuid().not_null())
            .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ends_at").timestamp_with_time_zone().not_null())
            // Place in the log of guide changes: the newest wins.
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("deleted").boolean().not_null())
            .to_owned();
        manager.create_table(programmes).await?;
        index(
            manager,
            "programmes_by_channel",
            "programmes",
            &["channel_id", "starts_at"],
        )
        .await?;
        index(manager, "programmes_by_end", "programmes", &["ends_at"]).await?;
        let blackouts = Table::create()
            .table("blackouts")
            .col(ColumnDef::new("id").uuid().not_null().primary_key())
            .col(ColumnDef::new("content_id").uuid().not_null())
            .col(ColumnDef::new("is_programme").boolean().not_null())
            .col(ColumnDef::new("catch_up_only").boolean().not_null())
            .col(ColumnDef::new("regions").json().not_null())
            .col(ColumnDef::new("starts_at").timestamp_with_time_zone())
            .col(ColumnDef::new("ends_at").timestamp_with_time_zone())
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("deleted").boolean().not_null())
            .to_owned();
        manager.create_table(blackouts).await?;
        index(manager, "blackouts_by_content", "blackouts", &["content_id", "deleted"]).await?;
        let columns = [
            (
                "channels",
                ColumnDef::new("catch_up_hours")
                    .integer()
                    .not_null()
                    .default(0)
                    .to_owned(),
            ),
            (
                "channels",
                ColumnDef::new("start_over")
                    .boolean()
                    .not_null()
                    .default(false)
                    .to_owned(),
            ),
            ("playback_sessions", ColumnDef::new("programme_id").uuid().to_owned()),
        ];
        for (table, column) in columns {
            let add = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }
}
