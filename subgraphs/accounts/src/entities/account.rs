//! Who signs in and pays.

use auth::Role;
use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// An account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Normalised address.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// How others see it.
    #[sea_orm(column_type = "Text")]
    pub display_name: String,
    /// PHC string; absent when nobody can sign in with a password.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Role names, a space between them.
    #[sea_orm(column_type = "Text")]
    pub roles: String,
    /// When it was made.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn account(&self) -> AccountId {
        AccountId(self.id)
    }

    /// What it may do; names this version does not know are passed over.
    pub fn roles(&self) -> Vec<Role> {
        self.roles.split(' ').filter_map(Role::from_name).collect()
    }
}

impl Entity {
    /// The account of a normalised address.
    pub fn with_email(email: &str) -> Select<Self> {
        Self::find().filter(Column::Email.eq(email))
    }
}
