//! What rights knows of channels: a read model of live TV.

use sea_orm::entity::prelude::*;

use super::{Asset, Sources, Words};

/// A channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channels")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Packages it belongs to; empty when it is free.
    pub packages: Words,
    /// Where it streams.
    pub sources: Sources,
    /// What is played in place of an upstream.
    pub loops: Option<Asset>,
    /// Hours that a programme can be watched after it ended.
    pub catch_up_hours: i32,
    /// A running programme can be watched from its start.
    pub start_over: bool,
    /// Grows with every change.
    pub version: i64,
    /// It is gone.
    pub deleted: bool,
}

impl ActiveModelBehavior for ActiveModel {}
