//! What live TV knows of profiles: a read model of accounts.

use kernel::{AccountId, Instant};
use sea_orm::{UpdateMany, entity::prelude::*, sea_query::Expr};

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
    /// It is gone.
    pub deleted: bool,
    /// When this was true; the latest wins.
    pub at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Marks the profiles of `account` as gone; they stay, so that an older event does not bring them back.
    pub fn close(account: AccountId, at: Instant) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::Deleted, Expr::value(true))
            .col_expr(Column::At, Expr::value(at))
            .filter(Column::AccountId.eq(account.0))
    }
}
