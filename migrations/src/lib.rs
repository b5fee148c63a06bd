//! Frozen history of every service's tables: one module, one `Migrator` and one history table for each service.
//!
//! Migrations never import entities: history must not change when they do. A released one is never edited.

pub mod accounts;
pub mod analytics;
pub mod billing;
pub mod catalogue;
pub mod livetv;
pub mod recommendations;
pub mod rights;
pub mod search;
mod shared;
pub mod sidecar;

pub use sea_orm_migration::MigratorTrait;
