//! The tables of catalogue.

mod m20261121_000001_catalogue;
mod m20261121_000002_thumbnails;

use sea_orm_migration::prelude::*;

/// History of catalogue.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_catalogue::Migration),
            Box::new(m20261121_000002_thumbnails::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_catalogue".into_iden()
    }
}
