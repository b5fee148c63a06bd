//! Who watches.

use kernel::{AccountId, Instant, ProfileId};
use sea_orm::{QueryOrder, Select, entity::prelude::*};

/// A profile of an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profiles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Its picture.
    #[sea_orm(column_type = "Text", nullable)]
    pub avatar_url: Option<String>,
    /// A profile for children.
    pub kids: bool,
    /// Titles for older viewers are refused to it; in years.
    pub max_age: Option<i32>,
    /// Preferred language of sound, BCP 47.
    #[sea_orm(column_type = "Text", nullable)]
    pub language: Option<String>,
    /// Preferred language of subtitles, BCP 47.
    #[sea_orm(column_type = "Text", nullable)]
    pub subtitle_language: Option<String>,
    /// The next episode starts by itself.
    pub autoplay: bool,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn profile(&self) -> ProfileId {
        ProfileId(self.id)
    }

    /// Its account.
    pub fn account(&self) -> AccountId {
        AccountId(self.account_id)
    }
}

impl Entity {
    /// Profiles of `account`, oldest first; every list of this table starts here.
    pub fn owned_by(account: AccountId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
    }

    /// The profile, when it is `account`'s.
    pub fn one_owned_by(account: AccountId, profile: ProfileId) -> Select<Self> {
        Self::find_by_id(profile.0).filter(Column::AccountId.eq(account.0))
    }
}
