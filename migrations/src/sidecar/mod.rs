//! The tables of sidecar.

mod m20261121_000001_sidecar;

use sea_orm_migration::prelude::*;

/// History of sidecar.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261121_000001_sidecar::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "migrations_sidecar".into_iden()
    }
}
