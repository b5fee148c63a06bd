//! What rights knows of profiles: a read model of accounts.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{QueryOrder, Select, entity::prelude::*};

/// A profile.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// A profile for children.
    pub kids: bool,
    /// Titles for older viewers are refused to it.
    pub max_age: Option<i32>,
    /// It is gone.
    pub deleted: bool,
    /// When this was true; the latest wins.
    pub at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Profiles of `account` that are not deleted, the oldest first: ids grow with time.
    pub fn all_of(account: AccountId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::Deleted.eq(false))
            .order_by_asc(Column::Id)
    }

    /// The profile `profile` when it is `account`'s and not deleted.
    pub fn owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::find_by_id(profile.0)
            .filter(Column::AccountId.eq(account.0))
            .filter(Column::Deleted.eq(false))
    }
}
