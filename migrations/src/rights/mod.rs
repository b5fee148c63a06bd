//! The tables of rights.

mod m20261121_000001_rights;
mod m20261121_000002_live;

use sea_orm_migration::prelude::*;

/// History of rights.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_rights::Migration),
            Box::new(m20261121_000002_live::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_rights".into_iden()
    }
}
