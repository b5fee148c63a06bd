//! Keys of client applications.

use auth::Role;
use kernel::{AccountId, Instant};
use sea_orm::{Select, entity::prelude::*};

/// A key, by the hash of its secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// Its id, and the `jti` of the token that stands for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// What its maker calls it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The beginning of the secret.
    #[sea_orm(column_type = "Text")]
    pub prefix: String,
    /// SHA-256 of the secret, hex.
    #[sea_orm(column_type = "Text")]
    pub secret_hash: String,
    /// What it may do, a space between them.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    /// Requests it may make in a minute; the router's default when absent.
    pub requests_per_minute: Option<i32>,
    /// When it was made.
    pub created_at: Instant,
    /// It ends.
    pub expires_at: Instant,
    /// When it was ended before.
    pub revoked_at: Option<Instant>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whose it is.
    pub fn account(&self) -> AccountId {
        AccountId(self.account_id)
    }

    /// What it may do.
    pub fn scopes(&self) -> Vec<String> {
        self.scopes.split_whitespace().map(str::to_owned).collect()
    }

    /// The roles among its scopes; watching is everybody's.
    pub fn roles(&self) -> Vec<Role> {
        let named = self.scopes.split_whitespace();
        let roles = named.filter_map(|scope| Role::from_name(scope.strip_prefix(Role::SCOPE)?));
        std::iter::once(Role::Viewer)
            .chain(roles.filter(|role| *role != Role::Viewer))
            .collect()
    }

    /// The scopes that stand for no role.
    pub fn other_scopes(&self) -> Vec<String> {
        let mut scopes = self.scopes();
        scopes.retain(|scope| !scope.starts_with(Role::SCOPE));
        scopes
    }

    /// Whether it is good at `now`.
    pub fn is_live(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

impl Entity {
    /// The keys of `account`; every list of this table starts here.
    pub fn of(account: AccountId) -> Select<Self> {
        Self::find().filter(Column::AccountId.eq(account.0))
    }

    /// The key of a secret's hash.
    pub fn with_secret(hash: &str) -> Select<Self> {
        Self::find().filter(Column::SecretHash.eq(hash))
    }

    /// Keys that are good at `now`.
    pub fn live(select: Select<Self>, now: Instant) -> Select<Self> {
        select
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
    }
}
