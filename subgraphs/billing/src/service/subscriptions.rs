//! Subscriptions after they were taken.

use auth::Viewer;
use chrono::TimeDelta;
use database::Tx;
use kernel::{AccountId, Instant, SubscriptionId};
use schema::events::billing::{SubscriptionFacts, SubscriptionUpdated};
use sea_orm::{ActiveEnum, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::Billing;
use crate::{
    Error,
    domain::period::Interval,
    entities::{
        plan,
        subscription::{self, Status},
    },
};

/// Most subscriptions in a list.
const MAX_LISTED: u64 = 50;

/// Why a subscription was not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelProblem {
    /// The viewer has no such subscription.
    NotFound,
    /// It has ended before.
    AlreadyEnded,
}

impl Billing {
    /// The viewer's own subscription.
    pub async fn find_subscription(
        &self,
        account: AccountId,
        id: SubscriptionId,
    ) -> Result<Option<subscription::Model>, Error> {
        let own = subscription::Column::AccountId.eq(account.0);
        Ok(subscription::Entity::find_by_id(id.0)
            .filter(own)
            .one(self.db().reader())
            .await?)
    }

    /// The subscription of `account` that gives something now.
    pub async fn current_subscription(&self, account: AccountId) -> Result<Option<subscription::Model>, Error> {
        Ok(subscription::Entity::live(account, self.now())
            .one(self.db().reader())
            .await?)
    }

    /// Subscriptions of `account`, the latest first.
    pub async fn subscriptions(
        &self,
        account: AccountId,
        active_only: bool,
    ) -> Result<Vec<subscription::Model>, Error> {
        let select = if active_only {
            subscription::Entity::live(account, self.now())
        } else {
            subscription::Entity::owned_by(account)
        };
        Ok(select.limit(MAX_LISTED).all(self.db().reader()).await?)
    }

    /// Cancels: with the period, or at once. Cancelling again changes nothing.
    pub async fn cancel(
        &self,
        viewer: &Viewer,
        id: SubscriptionId,
        at_period_end: bool,
    ) -> Result<Result<subscription::Model, CancelProblem>, Error> {
        self.in_turn(
            viewer.account,
            Box::pin(self.cancel_now(viewer.account, id, at_period_end)),
        )
        .await
    }

    async fn cancel_now(
        &self,
        account: AccountId,
        id: SubscriptionId,
        at_period_end: bool,
    ) -> Result<Result<subscription::Model, CancelProblem>, Error> {
        let Some(found) = self.find_subscription(account, id).await? else {
            return Ok(Err(CancelProblem::NotFound));
        };
        let now = self.now();
        let changed = match found.status {
            Status::Ended => return Ok(Err(CancelProblem::AlreadyEnded)),
            Status::Canceled if at_period_end => return Ok(Ok(found)),
            Status::Trialing | Status::Active | Status::Canceled if at_period_end => subscription::Model {
                status: Status::Canceled,
                canceled_at: Some(now),
                ends_at: Some(found.current_period_ends_at),
                ..found
            },
            Status::Trialing | Status::Active | Status::Canceled => {
                let canceled_at = found.canceled_at.or(Some(now));
                ended(subscription::Model { canceled_at, ..found }, now)
            }
        };
        let tx = self.db().begin().await?;
        let changed = self.change(&tx, changed).await?;
        tx.commit().await?;
        Ok(Ok(changed))
    }

    /// Ends what a closed account has; its invoices stay, as the law asks.
    pub async fn close_account(&self, account: AccountId) -> Result<(), Error> {
        self.in_turn(account, Box::pin(self.close_now(account))).await
    }

    async fn close_now(&self, account: AccountId) -> Result<(), Error> {
        let live = subscription::Column::LiveAccountId.eq(account.0);
        let found = subscription::Entity::find()
            .filter(live)
            .one(self.db().reader())
            .await?;
        let Some(found) = found else { return Ok(()) };
        let tx = self.db().begin().await?;
        self.change(&tx, ended(found, tx.now())).await?;
        Ok(tx.commit().await?)
    }

    /// Writes a changed subscription and tells rights.
    pub(super) async fn change(&self, tx: &Tx, changed: subscription::Model) -> Result<subscription::Model, Error> {
        let changed = subscription::Model {
            version: changed.version + 1,
            ..changed
        };
        let plan = plan::Entity::find_by_id(changed.plan_id).one(tx).await?;
        let plan = plan.ok_or_else(|| Error::Row(format!("no plan {}", changed.plan_id)))?;
        subscription::Entity::update(changed.clone().into_active_model().reset_all())
            .exec(tx)
            .await?;
        let facts = self.facts(&changed, &plan);
        tx.raise(&SubscriptionUpdated {
            subscription: changed.subscription(),
            facts,
        })
        .await?;
        Ok(changed)
    }

    /// What `row` gives. A subscription that renews itself gives a little more than its period, so that nobody is shut
    /// out while the renewal is made.
    pub(super) fn facts(&self, row: &subscription::Model, plan: &plan::Model) -> SubscriptionFacts {
        let grace = TimeDelta::minutes(self.settings().renewal_grace_minutes.into());
        SubscriptionFacts {
            subscription: row.subscription(),
            account: row.account_id.into(),
            plan: plan.plan(),
            status: row.status.to_value(),
            entitlements: plan.entitlements.0.clone(),
            max_streams: plan.max_streams,
            access_until: row.ends_at.unwrap_or(row.current_period_ends_at + grace),
            version: row.version,
        }
    }
}

/// `row`, ended at `at`.
pub(super) fn ended(row: subscription::Model, at: Instant) -> subscription::Model {
    subscription::Model {
        status: Status::Ended,
        live_account_id: None,
        ends_at: Some(at),
        ..row
    }
}

/// How often `plan` is paid.
pub(super) const fn interval(plan: &plan::Model) -> Interval {
    match plan.interval {
        plan::Interval::Month => Interval::Month,
        plan::Interval::Year => Interval::Year,
    }
}
