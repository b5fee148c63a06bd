//! What is handed out for money.

use chrono::TimeDelta;
use database::Tx;
use kernel::{AccountId, Money, OfferId};
use schema::events::billing::{PurchaseCompleted, RentalStarted, SubscriptionCreated};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{Billing, money, subscriptions};
use crate::{
    Error,
    entities::{
        offer, plan, purchase, rental,
        subscription::{self, Status},
    },
};

/// Hours of a rental whose offer does not say.
const DEFAULT_HOURS: i32 = 48;

/// What is sold, and for how much now.
#[derive(Debug, Clone)]
pub(super) struct Goods {
    /// What is paid now: nothing while a trial runs.
    pub(super) price: Money,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Plan { plan: Box<plan::Model>, has_trial: bool },
    Rental { offer: offer::Model, content: Uuid },
    Purchase { offer: offer::Model, content: Uuid },
}

impl Goods {
    /// A subscription to `plan`.
    pub(super) fn of_plan(plan: plan::Model, has_trial: bool) -> Result<Self, Error> {
        let amount = if has_trial { 0 } else { plan.price_minor };
        let price = money(amount, &plan.currency)?;
        Ok(Self {
            price,
            what: What::Plan {
                plan: Box::new(plan),
                has_trial,
            },
        })
    }

    /// What `offer` sells of `content`.
    pub(super) fn of_offer(offer: offer::Model, content: Uuid) -> Result<Self, Error> {
        let price = money(offer.price_minor, &offer.currency)?;
        let what = match offer.kind {
            offer::Kind::Rental => What::Rental { offer, content },
            offer::Kind::Purchase => What::Purchase { offer, content },
            offer::Kind::Subscription => return Err(Error::Row("a plan's offer with content".to_owned())),
        };
        Ok(Self { price, what })
    }

    /// The line of the invoice.
    pub(super) fn description(&self) -> String {
        match &self.what {
            What::Plan { plan, .. } => format!("Subscription: {}", plan.name),
            What::Rental { offer, .. } => format!("Rental for {} hours", hours(offer)),
            What::Purchase { .. } => "Purchase".to_owned(),
        }
    }
}

fn hours(offer: &offer::Model) -> i32 {
    offer.duration_hours.unwrap_or(DEFAULT_HOURS)
}

impl Billing {
    /// Gives `goods` to `account` and tells rights; returns the id of what was given.
    pub(super) async fn hand_out(
        &self,
        tx: &Tx,
        account: AccountId,
        goods: Goods,
        method: &str,
    ) -> Result<Uuid, Error> {
        match goods.what {
            What::Plan { plan, has_trial } => self.hand_out_plan(tx, account, &plan, has_trial, method).await,
            What::Rental { offer, content } => hand_out_rental(tx, account, &offer, content).await,
            What::Purchase { offer, content } => hand_out_purchase(tx, account, &offer, content).await,
        }
    }

    async fn hand_out_plan(
        &self,
        tx: &Tx,
        account: AccountId,
        plan: &plan::Model,
        has_trial: bool,
        method: &str,
    ) -> Result<Uuid, Error> {
        let now = tx.now();
        let trial_ends_at = has_trial.then(|| now + TimeDelta::days(plan.trial_days.into()));
        let row = subscription::Model {
            id: tx.next_id(),
            account_id: account.0,
            live_account_id: Some(account.0),
            plan_id: plan.id,
            status: if has_trial { Status::Trialing } else { Status::Active },
            payment_method: method.to_owned(),
            trial_ends_at,
            current_period_starts_at: now,
            current_period_ends_at: trial_ends_at.unwrap_or_else(|| subscriptions::interval(plan).end_of(now)),
            canceled_at: None,
            ends_at: None,
            version: 1,
            created_at: now,
        };
        let facts = self.facts(&row, plan);
        subscription::Entity::insert(row.clone().into_active_model().reset_all())
            .exec_without_returning(tx)
            .await?;
        tx.raise(&SubscriptionCreated {
            subscription: row.subscription(),
            facts,
        })
        .await?;
        Ok(row.id)
    }
}

async fn hand_out_rental(tx: &Tx, account: AccountId, offer: &offer::Model, content: Uuid) -> Result<Uuid, Error> {
    let now = tx.now();
    let row = rental::Model {
        id: tx.next_id(),
        account_id: account.0,
        content_id: content,
        offer_id: offer.id,
        price_minor: offer.price_minor,
        currency: offer.currency.clone(),
        starts_at: now,
        expires_at: now + TimeDelta::hours(hours(offer).into()),
    };
    let event = RentalStarted {
        rental: row.id,
        account,
        content,
        offer: OfferId(offer.id),
        starts_at: row.starts_at,
        expires_at: row.expires_at,
    };
    rental::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    tx.raise(&event).await?;
    Ok(event.rental)
}

async fn hand_out_purchase(tx: &Tx, account: AccountId, offer: &offer::Model, content: Uuid) -> Result<Uuid, Error> {
    let now = tx.now();
    let row = purchase::Model {
        id: tx.next_id(),
        account_id: account.0,
        content_id: content,
        offer_id: offer.id,
        price_minor: offer.price_minor,
        currency: offer.currency.clone(),
        purchased_at: now,
    };
    let event = PurchaseCompleted {
        purchase: row.id,
        account,
        content,
        offer: OfferId(offer.id),
        at: now,
    };
    purchase::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    tx.raise(&event).await?;
    Ok(event.purchase)
}
