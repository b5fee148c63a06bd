//! The tables of recommendations.

mod m20261121_000001_recommendations;

use sea_orm_migration::prelude::*;

/// History of recommendations.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261121_000001_recommendations::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "migrations_recommendations".into_iden()
    }
}
