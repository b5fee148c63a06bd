//! What the migrations of several services do: tables that every service with events has, indexes.

use sea_orm_migration::prelude::*;

/// Makes `outbox` (events that wait) and `inbox` (events that were handled), as `platform/database` reads them.
pub(crate) async fn create_outbox_and_inbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let outbox = Table::create()
        .table("outbox")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("subject").text().not_null())
        .col(ColumnDef::new("payload").text().not_null())
        .col(ColumnDef::new("occurred_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("next_attempt_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("dead_at").timestamp_with_time_zone())
        .col(ColumnDef::new("last_error").text())
        .to_owned();
    manager.create_table(outbox).await?;
    let inbox = Table::create()
        .table("inbox")
        .col(ColumnDef::new("event_id").uuid().not_null().primary_key())
        .col(ColumnDef::new("handled_at").timestamp_with_time_zone().not_null())
        .to_owned();
    manager.create_table(inbox).await
}

/// Makes the index `name` on `columns` of `table`, in their order.
pub(crate) async fn index(
    manager: &SchemaManager<'_>,
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
