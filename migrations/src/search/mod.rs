//! The tables of search.

mod m20261121_000001_search;

use sea_orm_migration::prelude::*;

/// History of search.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261121_000001_search::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "migrations_search".into_iden()
    }
}
