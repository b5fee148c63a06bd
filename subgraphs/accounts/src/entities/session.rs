//! Refresh tokens: each row one token, rows of one sign-in share a family.

use kernel::{AccountId, Instant};
use sea_orm::{Condition, Select, entity::prelude::*};

/// A refresh token, by its hash, with the access token that was given beside it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The sign-in it descends from.
    pub family_id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// SHA-256 of the token, hex.
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// When it was given.
    pub created_at: Instant,
    /// It ends.
    pub expires_at: Instant,
    /// When it was exchanged for the next one.
    pub spent_at: Option<Instant>,
    /// When its family was ended.
    pub revoked_at: Option<Instant>,
    /// `jti` of the access token.
    pub access_token_id: Uuid,
    /// The access token ends.
    pub access_expires_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether its refresh token is good at `now`.
    pub fn is_live(&self, now: Instant) -> bool {
        self.spent_at.is_none() && self.revoked_at.is_none() && self.expires_at > now
    }
}

/// Which sessions are to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One sign-in.
    Family(Uuid),
    /// Every sign-in of an account.
    Everywhere(AccountId),
}

impl Extent {
    /// The rows it covers.
    pub fn condition(self) -> Condition {
        match self {
            Self::Family(family) => Condition::all().add(Column::FamilyId.eq(family)),
            Self::Everywhere(account) => Condition::all().add(Column::AccountId.eq(account.0)),
        }
    }
}

impl Entity {
    /// The session of a token's hash.
    pub fn with_token(hash: &str) -> Select<Self> {
        Self::find().filter(Column::TokenHash.eq(hash))
    }

    /// The session an access token was given with.
    pub fn with_access_token(id: Uuid, account: AccountId) -> Select<Self> {
        Self::find()
            .filter(Column::AccessTokenId.eq(id))
            .filter(Column::AccountId.eq(account.0))
    }

    /// Sessions of `extent` whose access tokens are still good at `now`.
    pub fn with_live_access(extent: Extent, now: Instant) -> Select<Self> {
        Self::find()
            .filter(extent.condition())
            .filter(Column::AccessExpiresAt.gt(now))
    }
}
