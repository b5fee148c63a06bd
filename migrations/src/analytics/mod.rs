//! The tables of analytics.

mod m20261121_000001_analytics;
mod m20261121_000002_api_usage;

use sea_orm_migration::prelude::*;

/// History of analytics.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_analytics::Migration),
            Box::new(m20261121_000002_api_usage::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_analytics".into_iden()
    }
}
