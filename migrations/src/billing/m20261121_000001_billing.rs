//! First tables of billing.

use sea_orm_migration::prelude::*;

use crate::shared::create_outbox_and_inbox;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_outbox_and_inbox(manager).await
    }
}
