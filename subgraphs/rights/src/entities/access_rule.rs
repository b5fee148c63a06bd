//! Rules that say more than the packages of the content.

use kernel::Instant;
use sea_orm::entity::prelude::*;

use super::Words;

/// What opens the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AccessModel {
    /// Nothing is needed.
    #[sea_orm(string_value = "FREE")]
    Free,
    /// A package, or a purchase or rental.
    #[sea_orm(string_value = "PACKAGES")]
    Packages,
    /// A purchase or rental only.
    #[sea_orm(string_value = "OFFERS")]
    Offers,
}

/// The rule of a title or channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_rules")]
pub struct Model {
    /// Title or channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_id: Uuid,
    /// What opens the door.
    pub door: AccessModel,
    /// The packages that open it; absent: those that the content belongs to.
    pub packages: Option<Words>,
    /// First instant of the window.
    pub starts_at: Option<Instant>,
    /// First instant after it.
    pub ends_at: Option<Instant>,
    /// Countries; empty is everywhere.
    pub territories: Words,
    /// When it was last set.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}
