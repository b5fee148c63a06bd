//! Channels of line-ups.

use sea_orm::entity::prelude::*;

/// A channel's place in a line-up.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lineup_channels")]
pub struct Model {
    /// The line-up.
    #[sea_orm(primary_key, auto_increment = false)]
    pub lineup_id: Uuid,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// Its number there, as people write it.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// The part of the number before the point.
    pub sort_major: i32,
    /// The part after it; 0 when there is none.
    pub sort_minor: i32,
    /// The line-up keeps its place but does not show it.
    pub hidden: bool,
}

impl ActiveModelBehavior for ActiveModel {}
