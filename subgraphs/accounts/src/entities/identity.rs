//! Who somebody is at an identity provider.

use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// The account of a person that a provider knows. What the provider calls them never changes, unlike their e-mail address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    /// `iss` of the provider.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub issuer: String,
    /// `sub` of the person.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub subject: String,
    /// The account.
    pub account_id: Uuid,
    /// When it was linked.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whose it is.
    pub fn account(&self) -> AccountId {
        AccountId(self.account_id)
    }
}

impl Entity {
    /// The person that `issuer` calls `subject`.
    pub fn known_as(issuer: &str, subject: &str) -> Select<Self> {
        Self::find()
            .filter(Column::Issuer.eq(issuer))
            .filter(Column::Subject.eq(subject))
    }
}
