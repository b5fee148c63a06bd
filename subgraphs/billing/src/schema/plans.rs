//! Plans, as the sales department sees and changes them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{
    Connection, Count, ListName, PageInput, Require, Result, SignedIn, connection,
    directives::{Authenticated, RequiresRole},
    page_request, viewer,
};
use kernel::{AccountId, PlanId};

use super::{
    billing,
    types::{
        plan::{Plan, PlanInterval},
        subscription::PlanSubscription,
    },
};
use crate::{
    entities::plan,
    service::{PlanChange, PlanProblem},
};

/// The name of the list.
pub(crate) struct Plans;

impl ListName for Plans {
    const NAME: &'static str = "Plan";
}

/// What staff read.
#[derive(Default)]
pub(crate) struct PlanQueries;

/// What the sales department does.
pub(crate) struct PlanMutations;

/// An amount of money.
#[derive(InputObject)]
pub(crate) struct MoneyInput {
    /// The amount in minor units (cents).
    amount_minor: i64,
    /// ISO 4217 currency code: `EUR`.
    currency: String,
}

/// A new plan.
#[derive(InputObject)]
pub(crate) struct CreatePlanInput {
    /// Its name, 1 to 100 characters.
    name: String,
    /// One sentence.
    description: Option<String>,
    /// Price of one interval.
    price: MoneyInput,
    /// How often it is paid; every month when absent.
    interval: Option<PlanInterval>,
    /// Days before the first payment; none when absent.
    trial_days: Option<i32>,
    /// Packages it includes, at most 50.
    entitlements: Option<Vec<String>>,
    /// Streams at the same time; 1 when absent.
    max_streams: Option<i32>,
    /// Place in the list; the last when absent.
    position: Option<i32>,
}

/// A change of a plan; what is absent stays as it is.
#[derive(InputObject)]
pub(crate) struct UpdatePlanInput {
    /// Which.
    plan_id: ID,
    /// Its name, 1 to 100 characters.
    name: Option<String>,
    /// One sentence.
    description: Option<String>,
    /// Price of one interval, from the next period on.
    price: Option<MoneyInput>,
    /// How often it is paid.
    interval: Option<PlanInterval>,
    /// Days before the first payment.
    trial_days: Option<i32>,
    /// Packages it includes, at most 50.
    entitlements: Option<Vec<String>>,
    /// Streams at the same time.
    max_streams: Option<i32>,
    /// Place in the list.
    position: Option<i32>,
}

/// Which plan to take off the list.
#[derive(InputObject)]
pub(crate) struct DeletePlanInput {
    /// Which.
    plan_id: ID,
}

/// Why a plan was not changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanProblemCode {
    /// There is no such plan, or not any more.
    PlanNotFound,
}

/// Why a plan was not changed.
#[derive(SimpleObject)]
pub(crate) struct ManagePlanProblem {
    /// Why.
    code: PlanProblemCode,
    /// A sentence for people.
    message: String,
}

/// What `createPlan` answers.
#[derive(SimpleObject)]
pub(crate) struct CreatePlanPayload {
    /// The plan.
    plan: Option<Plan>,
    /// Always null: nothing is refused yet.
    problem: Option<ManagePlanProblem>,
}

/// What `updatePlan` answers.
#[derive(SimpleObject)]
pub(crate) struct UpdatePlanPayload {
    /// The plan as it is now; null when `problem` says why not.
    plan: Option<Plan>,
    /// Why nothing changed.
    problem: Option<ManagePlanProblem>,
}

/// What `deletePlan` answers.
#[derive(SimpleObject)]
pub(crate) struct DeletePlanPayload {
    /// The plan that is sold no longer; null when `problem` says why it is.
    plan_id: Option<ID>,
    /// Why nothing changed.
    problem: Option<ManagePlanProblem>,
}

impl From<PlanProblem> for ManagePlanProblem {
    fn from(problem: PlanProblem) -> Self {
        match problem {
            PlanProblem::PlanNotFound => Self {
                code: PlanProblemCode::PlanNotFound,
                message: "This plan does not exist, or not any more.".to_owned(),
            },
        }
    }
}

fn interval(sent: PlanInterval) -> plan::Interval {
    match sent {
        PlanInterval::Month => plan::Interval::Month,
        PlanInterval::Year => plan::Interval::Year,
    }
}

fn price(sent: MoneyInput) -> (i64, String) {
    (sent.amount_minor, sent.currency)
}

#[Object]
impl PlanQueries {
    /// All plans, those that are sold no longer too. Needs the role BILLING.
    #[graphql(guard = "Require(&[Role::Billing])", directive = RequiresRole::apply(&[Role::Billing]))]
    async fn admin_plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<Plan, Plans>> {
        let billing = billing(ctx).clone();
        let page = billing.list_plans(&page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let billing = billing.clone();
            async move { Ok(billing.count_plans().await?) }
        });
        Ok(connection(page.map(Plan::from), count))
    }

    /// A plan, on sale or not; null when there never was one. Needs the role BILLING.
    #[graphql(guard = "Require(&[Role::Billing])", directive = RequiresRole::apply(&[Role::Billing]))]
    async fn admin_plan(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Plan>> {
        let id = PlanId::parse("id", &id)?.0;
        Ok(billing(ctx).plans_by_id(&[id]).await?.remove(&id).map(Plan::from))
    }

    /// The subscription that gives an account something now; null without one. The account's own, or needs the role
    /// BILLING or SUPPORT.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn account_subscription(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] account_id: ID,
    ) -> Result<Option<PlanSubscription>> {
        let account = AccountId::parse("accountId", &account_id)?;
        let viewer = viewer(ctx)?;
        if viewer.account != account {
            viewer.require_any(&[Role::Billing, Role::Support])?;
        }
        Ok(billing(ctx).current_subscription(account).await?.map(PlanSubscription))
    }
}

#[Object]
impl PlanMutations {
    /// Puts a plan on sale. Needs the role BILLING.
    #[graphql(guard = "Require(&[Role::Billing])", directive = RequiresRole::apply(&[Role::Billing]))]
    async fn create_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: CreatePlanInput,
    ) -> Result<CreatePlanPayload> {
        let change = PlanChange {
            name: Some(input.name),
            description: input.description,
            price: Some(price(input.price)),
            interval: input.interval.map(interval),
            trial_days: input.trial_days,
            entitlements: input.entitlements,
            max_streams: input.max_streams,
            position: input.position,
        };
        let plan = billing(ctx).create_plan(change).await?;
        Ok(CreatePlanPayload {
            plan: Some(plan.into()),
            problem: None,
        })
    }

    /// Changes a plan on sale; who has it follows with the next period. Needs the role BILLING.
    #[graphql(guard = "Require(&[Role::Billing])", directive = RequiresRole::apply(&[Role::Billing]))]
    async fn update_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePlanInput,
    ) -> Result<UpdatePlanPayload> {
        let id = PlanId::parse("input.planId", &input.plan_id)?;
        let change = PlanChange {
            name: input.name,
            description: input.description,
            price: input.price.map(price),
            interval: input.interval.map(interval),
            trial_days: input.trial_days,
            entitlements: input.entitlements,
            max_streams: input.max_streams,
            position: input.position,
        };
        let (plan, problem) = match billing(ctx).update_plan(id, change).await? {
            Ok(row) => (Some(row.into()), None),
            Err(problem) => (None, Some(problem.into())),
        };
        Ok(UpdatePlanPayload { plan, problem })
    }

    /// Takes a plan off the list; who has it keeps it. Needs the role BILLING.
    #[graphql(guard = "Require(&[Role::Billing])", directive = RequiresRole::apply(&[Role::Billing]))]
    async fn delete_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: DeletePlanInput,
    ) -> Result<DeletePlanPayload> {
        let id = PlanId::parse("input.planId", &input.plan_id)?;
        let (plan_id, problem) = match billing(ctx).withdraw_plan(id).await? {
            Ok(row) => (Some(row.id.to_string().into()), None),
            Err(problem) => (None, Some(problem.into())),
        };
        Ok(DeletePlanPayload { plan_id, problem })
    }
}
