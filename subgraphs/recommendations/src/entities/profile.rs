//! Who owns which profile, and what it may see.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{QuerySelect, Select, entity::prelude::*};

/// Profiles of one account that are read at once; accounts have far fewer.
const MOST: u64 = 100;

/// A profile.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    /// The profile.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its account.
    pub account_id: Uuid,
    /// It is a child's.
    pub kids: bool,
    /// Titles for older viewers are not shown; in years.
    pub max_age: Option<i32>,
    /// It is gone.
    pub deleted: bool,
    /// When it last changed: the latest wins.
    pub changed_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Those of `profiles` that `account` owns.
    pub fn owned(account: AccountId, profiles: &[ProfileId]) -> Select<Self> {
        let ids = profiles.iter().map(|profile| profile.0);
        let found = Self::find()
            .filter(Column::Id.is_in(ids))
            .filter(Column::AccountId.eq(account.0));
        found.filter(Column::Deleted.eq(false)).limit(profiles.len() as u64)
    }

    /// All profiles of `account`.
    pub fn of_account(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0)).limit(MOST)
    }
}
