//! The tables of livetv.

mod m20261121_000001_livetv;
mod m20261121_000002_details;
mod m20261121_000003_guide_sources;
mod m20261121_000004_viewers;
mod m20261121_000005_care;
mod m20261121_000006_window;

use sea_orm_migration::prelude::*;

/// History of livetv.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_livetv::Migration),
            Box::new(m20261121_000002_details::Migration),
            Box::new(m20261121_000003_guide_sources::Migration),
            Box::new(m20261121_000004_viewers::Migration),
            Box::new(m20261121_000005_care::Migration),
            Box::new(m20261121_000006_window::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations_livetv".into_iden()
    }
}
