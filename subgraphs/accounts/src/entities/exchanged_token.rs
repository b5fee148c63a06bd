//! Access tokens that were made from other tokens or from API keys, and end with them.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

use super::session::Extent;

/// A token, by its id.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exchanged_tokens")]
pub struct Model {
    /// Its `jti`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// The sign-in or the API key it descends from.
    pub parent_id: Uuid,
    /// When it was made.
    pub created_at: Instant,
    /// It ends.
    pub expires_at: Instant,
    /// When it was ended before.
    pub revoked_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Those of `extent` that are good at `now`.
    pub fn live(extent: Extent, now: Instant) -> Select<Self> {
        let select = Self::find()
            .filter(Column::ExpiresAt.gt(now))
            .filter(Column::RevokedAt.is_null());
        match extent {
            Extent::Family(parent) => select.filter(Column::ParentId.eq(parent)),
            Extent::Everywhere(AccountId(account)) => select.filter(Column::AccountId.eq(account)),
        }
    }
}
