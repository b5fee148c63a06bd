//! At the end of a period: renew or end.

use kernel::AccountId;
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{
    Billing,
    gateway::{Answer, Charge},
    money, subscriptions,
};
use crate::{
    Error,
    entities::{
        plan,
        subscription::{self, Status},
    },
};

/// Subscriptions of one run; the job comes back.
const BATCH: u64 = 200;

impl Billing {
    /// Renews subscriptions whose period is over, ends those that were cancelled or are not paid. One that fails for
    /// a reason of ours is tried again at the next run.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn renew_due(&self) -> Result<(), Error> {
        let due = subscription::Entity::due(self.now())
            .limit(BATCH)
            .all(self.db().reader())
            .await?;
        for row in due {
            let (id, account) = (row.id, AccountId(row.account_id));
            if let Err(error) = self.in_turn(account, Box::pin(self.renew(id))).await {
                tracing::error!(subscription.id = %id, %error, "a subscription was not renewed");
            }
        }
        Ok(())
    }

    async fn renew(&self, id: Uuid) -> Result<(), Error> {
        let now = self.now();
        let Some(row) = subscription::Entity::find_by_id(id).one(self.db().reader()).await? else {
            return Ok(());
        };
        // It may have been cancelled, ended or renewed while this waited for its turn.
        if row.current_period_ends_at > now || row.status == Status::Ended {
            return Ok(());
        }
        let ends_at = row.current_period_ends_at;
        if row.status == Status::Canceled {
            let tx = self.db().begin().await?;
            self.change(&tx, subscriptions::ended(row, ends_at)).await?;
            return Ok(tx.commit().await?);
        }
        let plan = plan::Entity::find_by_id(row.plan_id).one(self.db().reader()).await?;
        let plan = plan.ok_or_else(|| Error::Row(format!("no plan {}", row.plan_id)))?;
        // The same payment however often this is tried.
        let payment = Uuid::new_v5(&row.id, ends_at.to_rfc3339().as_bytes());
        let amount = money(plan.price_minor, &plan.currency)?;
        let charge = Charge {
            payment,
            amount,
            method: row.payment_method.clone(),
        };
        let answer = self.gateway().charge(&charge).await?;
        let account = AccountId(row.account_id);
        let tx = self.db().begin().await?;
        match answer {
            Answer::Approved { reference } => {
                let (starts_at, ends_at) = subscriptions::interval(&plan).following(ends_at, now);
                let renewed = subscription::Model {
                    status: Status::Active,
                    current_period_starts_at: starts_at,
                    current_period_ends_at: ends_at,
                    ..row
                };
                self.change(&tx, renewed).await?;
                let description = format!("Subscription: {}", plan.name);
                self.book_success(&tx, account, &charge, reference, description).await?;
            }
            Answer::Declined | Answer::Challenge => {
                self.change(&tx, subscriptions::ended(row, now)).await?;
                let reason = if answer == Answer::Challenge {
                    "challenge"
                } else {
                    "declined"
                };
                self.book_failure(&tx, account, &charge, reason).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}
