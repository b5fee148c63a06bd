//! The tables of accounts.

mod m20261121_000001_accounts;
mod m20261121_000002_api_keys;
mod m20261121_000003_identities;

use sea_orm_migration::prelude::*;

/// History of accounts.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_accounts::Migration),
            Box::new(m20261121_000002_api_keys::Migration),
            Box::new(m20261121_000003_identities::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_accounts".into_iden()
    }
}
