//! The tables of billing.

mod m20261121_000001_billing;

use sea_orm_migration::prelude::*;

/// History of billing.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261121_000001_billing::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "migrations_billing".into_iden()
    }
}
