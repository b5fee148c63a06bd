//! What the sales department does: plans made, changed, taken off the list.

use std::collections::HashMap;

use database::Tx;
use kernel::{Currency, ErrorCode, Page, PageRequest, PlanId, Refusal};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Billing, price_list::changed};
use crate::{
    Error,
    entities::{
        Words, offer,
        plan::{self, Interval},
    },
};

const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 1000;
const MAX_PACKAGES: usize = 50;
const MAX_PACKAGE: usize = 64;
/// A million of most currencies.
const MAX_PRICE: i64 = 100_000_000;

/// What is to be different in a plan; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct PlanChange {
    /// Its name.
    pub name: Option<String>,
    /// One sentence.
    pub description: Option<String>,
    /// Minor units and currency.
    pub price: Option<(i64, String)>,
    /// How often it is paid.
    pub interval: Option<Interval>,
    /// Days before the first payment.
    pub trial_days: Option<i32>,
    /// Packages it includes.
    pub entitlements: Option<Vec<String>>,
    /// Streams at the same time.
    pub max_streams: Option<i32>,
    /// Place in the list.
    pub position: Option<i32>,
}

/// Why a plan is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanProblem {
    /// There is no such plan, or not any more.
    PlanNotFound,
}

impl Billing {
    /// All plans, those that are sold no longer too, in their order.
    pub async fn list_plans(&self, request: &PageRequest) -> Result<Page<plan::Model>, Error> {
        use plan::Column::{Id, Position};
        database::page(
            self.db().reader(),
            plan::Entity::find(),
            &[(Position, Order::Asc), (Id, Order::Asc)],
            request,
            |row| (row.position, row.id),
            |(position, id): (i32, Uuid)| vec![position.into(), id.into()],
        )
        .await
    }

    /// How many plans there are and were.
    pub async fn count_plans(&self) -> Result<u64, Error> {
        Ok(plan::Entity::find().count(self.db().reader()).await?)
    }

    /// Puts a plan on sale.
    pub async fn create_plan(&self, change: PlanChange) -> Result<plan::Model, Error> {
        let tx = self.db().begin().await?;
        let blank = plan::Model {
            id: tx.next_id(),
            name: String::new(),
            description: String::new(),
            price_minor: 0,
            currency: String::new(),
            interval: Interval::Month,
            trial_days: 0,
            entitlements: Words(Vec::new()),
            max_streams: 1,
            position: i32::try_from(plan::Entity::find().count(&tx).await?).unwrap_or(i32::MAX),
            withdrawn: false,
        };
        let made = apply(blank, change)?;
        plan::Entity::insert(made.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        let sold = offer::Model {
            id: tx.next_id(),
            kind: offer::Kind::Subscription,
            content_id: None,
            plan_id: Some(made.id),
            price_minor: made.price_minor,
            currency: made.currency.clone(),
            duration_hours: None,
            withdrawn: false,
        };
        offer::Entity::insert(sold.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tell(&tx, &made, &[sold]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Changes a plan on sale. Who has it pays the new price with the next period, and then has what it includes.
    pub async fn update_plan(&self, id: PlanId, change: PlanChange) -> Result<Result<plan::Model, PlanProblem>, Error> {
        self.rewrite(id, |row| apply(row, change)).await
    }

    /// Takes a plan off the list; who has it keeps it.
    pub async fn withdraw_plan(&self, id: PlanId) -> Result<Result<plan::Model, PlanProblem>, Error> {
        let withdrawn = |row| Ok(plan::Model { withdrawn: true, ..row });
        self.rewrite(id, withdrawn).await
    }

    async fn rewrite(
        &self,
        id: PlanId,
        change: impl FnOnce(plan::Model) -> Result<plan::Model, Refusal>,
    ) -> Result<Result<plan::Model, PlanProblem>, Error> {
        let tx = self.db().begin().await?;
        let found = plan::Entity::find_by_id(id.0)
            .one(&tx)
            .await?
            .filter(|row| !row.withdrawn);
        let Some(found) = found else {
            return Ok(Err(PlanProblem::PlanNotFound));
        };
        let next = change(found)?;
        next.clone().into_active_model().reset_all().update(&tx).await?;
        let sold = offer::Entity::find()
            .filter(offer::Column::PlanId.eq(next.id))
            .all(&tx)
            .await?;
        let mut offers = Vec::with_capacity(sold.len());
        for row in sold {
            let row = offer::Model {
                price_minor: next.price_minor,
                currency: next.currency.clone(),
                withdrawn: next.withdrawn,
                ..row
            };
            row.clone().into_active_model().reset_all().update(&tx).await?;
            offers.push(row);
        }
        tell(&tx, &next, &offers).await?;
        tx.commit().await?;
        Ok(Ok(next))
    }
}

async fn tell(tx: &Tx, plan: &plan::Model, offers: &[offer::Model]) -> Result<(), Error> {
    let plans = HashMap::from([(plan.id, plan.clone())]);
    for offer in offers {
        tx.raise(&changed(offer, &plans)?).await?;
    }
    Ok(())
}

fn apply(row: plan::Model, change: PlanChange) -> Result<plan::Model, Refusal> {
    let (price_minor, currency) = change.price.unwrap_or((row.price_minor, row.currency));
    let next = plan::Model {
        name: change.name.map_or(row.name, |name| name.trim().to_owned()),
        description: change
            .description
            .map_or(row.description, |text| text.trim().to_owned()),
        price_minor,
        currency,
        interval: change.interval.unwrap_or(row.interval),
        trial_days: change.trial_days.unwrap_or(row.trial_days),
        entitlements: change.entitlements.map_or(row.entitlements, Words),
        max_streams: change.max_streams.unwrap_or(row.max_streams),
        position: change.position.unwrap_or(row.position),
        ..row
    };
    check(&next)?;
    Ok(next)
}

fn check(plan: &plan::Model) -> Result<(), Refusal> {
    let is_line = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    };
    let packages = &plan.entitlements.0;
    let holds = [
        (
            "name",
            is_line(&plan.name, 1, MAX_NAME),
            "name has 1 to 100 characters on one line",
        ),
        (
            "description",
            is_line(&plan.description, 0, MAX_DESCRIPTION),
            "description has at most 1000 characters on one line",
        ),
        (
            "price",
            (0..=MAX_PRICE).contains(&plan.price_minor),
            "price.amountMinor lies between 0 and 100000000",
        ),
        (
            "price",
            Currency::try_new(&plan.currency).is_some(),
            "price.currency is an ISO 4217 code",
        ),
        (
            "trialDays",
            (0..=365).contains(&plan.trial_days),
            "trialDays lies between 0 and 365",
        ),
        (
            "maxStreams",
            (1..=100).contains(&plan.max_streams),
            "maxStreams lies between 1 and 100",
        ),
        (
            "entitlements",
            packages.len() <= MAX_PACKAGES && packages.iter().all(|name| is_line(name, 1, MAX_PACKAGE)),
            "entitlements are at most 50 names of 1 to 64 characters",
        ),
    ];
    match holds.into_iter().find(|(_, holds, _)| !holds) {
        Some((field, _, message)) => Err(Refusal::new(ErrorCode::Invalid, message).with("field", field)),
        None => Ok(()),
    }
}
