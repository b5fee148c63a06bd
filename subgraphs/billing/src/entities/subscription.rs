//! Subscriptions of accounts to plans.

use kernel::{AccountId, Instant, SubscriptionId};
use sea_orm::{Condition, QueryOrder, Select, entity::prelude::*};

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// Not paid yet: the trial runs.
    #[sea_orm(string_value = "TRIALING")]
    Trialing,
    /// Paid, and renewed at the end of the period.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Paid, and ends with the period.
    #[sea_orm(string_value = "CANCELED")]
    Canceled,
    /// Over.
    #[sea_orm(string_value = "ENDED")]
    Ended,
}

/// A subscription.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// Whose, while it lives: unique, so nobody has two at once.
    pub live_account_id: Option<Uuid>,
    /// To which plan.
    pub plan_id: Uuid,
    /// How it stands.
    pub status: Status,
    /// The gateway's token of the way it is paid.
    #[sea_orm(column_type = "Text")]
    pub payment_method: String,
    /// When the trial ends, or ended.
    pub trial_ends_at: Option<Instant>,
    /// When the current period began.
    pub current_period_starts_at: Instant,
    /// When it ends.
    pub current_period_ends_at: Instant,
    /// When it was cancelled.
    pub canceled_at: Option<Instant>,
    /// When it ends for good, or ended.
    pub ends_at: Option<Instant>,
    /// Grows with every change.
    pub version: i64,
    /// When it was taken.
    pub created_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn subscription(&self) -> SubscriptionId {
        SubscriptionId(self.id)
    }
}

impl Entity {
    /// Subscriptions of `account`, the latest first.
    pub fn owned_by(account: AccountId) -> Select<Self> {
        Self::find()
            .filter(Column::AccountId.eq(account.0))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
    }

    /// The subscription of `account` that gives something at `now`.
    pub fn live(account: AccountId, now: Instant) -> Select<Self> {
        Self::find().filter(Column::LiveAccountId.eq(account.0)).filter(
            Condition::any()
                .add(Column::EndsAt.is_null())
                .add(Column::EndsAt.gt(now)),
        )
    }

    /// Subscriptions whose period is over at `now`, the oldest first.
    pub fn due(now: Instant) -> Select<Self> {
        Self::find()
            .filter(Column::Status.is_in([Status::Trialing, Status::Active, Status::Canceled]))
            .filter(Column::CurrentPeriodEndsAt.lte(now))
            .order_by_asc(Column::CurrentPeriodEndsAt)
    }
}
