//! Taking money: at most once for each idempotency key, and never for something that cannot be given.

use auth::Viewer;
use kernel::{AccountId, Refusal};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Billing,
    gateway::{Answer, Charge},
    goods::Goods,
};
use crate::{
    Error,
    domain::problem::SaleProblem,
    entities::{
        offer,
        order::{self, State},
        plan, purchase, rental, subscription,
    },
};

/// Longest idempotency key, payment method or promotion code.
const MAX_TEXT: usize = 128;

/// What is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what")]
pub enum Request {
    /// A plan.
    Subscription {
        /// Which.
        plan: Uuid,
        /// With which promotion.
        promo_code: Option<String>,
    },
    /// Content for a time.
    Rental {
        /// Title or channel.
        content: Uuid,
        /// By which offer.
        offer: Uuid,
    },
    /// Content for good.
    Purchase {
        /// Title or channel.
        content: Uuid,
        /// By which offer.
        offer: Uuid,
    },
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What.
    pub request: Request,
    /// How it is paid: the gateway's token.
    pub payment_method: String,
    /// The client's key: the same key never moves money twice.
    pub idempotency_key: String,
}

/// The id of what was sold, or why nothing was.
pub type Sold = Result<Uuid, SaleProblem>;

impl Billing {
    /// Sells: the same key with the same order gives the same answer for ever.
    ///
    /// # Errors
    /// The sign-in was ended, a text is empty or endless, or the gateway does not answer.
    pub async fn sell(&self, viewer: &Viewer, order: Order) -> Result<Sold, Error> {
        require_text("input.idempotencyKey", &order.idempotency_key)?;
        require_text("input.paymentMethod", &order.payment_method)?;
        self.require_unrevoked(viewer).await?;
        self.in_turn(viewer.account, Box::pin(self.sell_once(viewer.account, &order)))
            .await
    }

    async fn sell_once(&self, account: AccountId, order: &Order) -> Result<Sold, Error> {
        let input = (&order.request, &order.payment_method);
        let input = serde_json::to_string(&input).expect("an order is plain data");
        let known = order::Entity::of(account, &order.idempotency_key)
            .one(self.db().reader())
            .await?;
        if let Some(known) = &known {
            if known.input != input {
                return Ok(Err(SaleProblem::IdempotencyConflict));
            }
            if known.state == State::Done {
                return replay(known);
            }
        }
        let goods = match self.pick(account, &order.request).await? {
            Ok(goods) => goods,
            Err(problem) => return Ok(Err(problem)),
        };
        if !self.gateway().recognises(&order.payment_method) {
            return Ok(Err(SaleProblem::UnknownPaymentMethod));
        }
        let payment = match known {
            // An earlier try was cut off: the same payment again cannot charge twice.
            Some(known) => known.payment_id,
            None => self.place(account, order, input).await?,
        };
        let charge = Charge {
            payment,
            amount: goods.price,
            method: order.payment_method.clone(),
        };
        let answer = self.gateway().charge(&charge).await?;
        self.settle(account, &order.idempotency_key, goods, charge, answer)
            .await
    }

    /// Writes down that money is about to move.
    async fn place(&self, account: AccountId, order: &Order, input: String) -> Result<Uuid, Error> {
        let tx = self.db().begin().await?;
        let row = order::Model {
            account_id: account.0,
            idempotency_key: order.idempotency_key.clone(),
            payment_id: tx.next_id(),
            input,
            state: State::Pending,
            result_id: None,
            problem: None,
            created_at: tx.now(),
        };
        let payment = row.payment_id;
        order::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(payment)
    }

    /// Writes down what the gateway said, and hands out the goods.
    async fn settle(
        &self,
        account: AccountId,
        key: &str,
        goods: Goods,
        charge: Charge,
        answer: Answer,
    ) -> Result<Sold, Error> {
        let tx = self.db().begin().await?;
        let sold = match answer {
            Answer::Approved { reference } => {
                let description = goods.description();
                let id = self.hand_out(&tx, account, goods, &charge.method).await?;
                self.book_success(&tx, account, &charge, reference, description).await?;
                Ok(id)
            }
            Answer::Declined => {
                self.book_failure(&tx, account, &charge, "declined").await?;
                Err(SaleProblem::PaymentDeclined)
            }
            Answer::Challenge => {
                self.book_failure(&tx, account, &charge, "challenge").await?;
                Err(SaleProblem::PaymentChallenge)
            }
        };
        order::Entity::update_many()
            .col_expr(order::Column::State, Expr::value(State::Done))
            .col_expr(order::Column::ResultId, Expr::value(sold.ok()))
            .col_expr(order::Column::Problem, Expr::value(sold.err().map(SaleProblem::name)))
            .filter(order::Column::AccountId.eq(account.0))
            .filter(order::Column::IdempotencyKey.eq(key))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(sold)
    }

    /// What the request asks for, when it can be sold to `account`.
    async fn pick(&self, account: AccountId, request: &Request) -> Result<Result<Goods, SaleProblem>, Error> {
        let (content, offer, kind) = match request {
            Request::Subscription { plan, promo_code } => {
                return self.pick_plan(account, *plan, promo_code.as_deref()).await;
            }
            Request::Rental { content, offer } => (*content, *offer, offer::Kind::Rental),
            Request::Purchase { content, offer } => (*content, *offer, offer::Kind::Purchase),
        };
        let found = offer::Entity::find_by_id(offer)
            .filter(offer::Column::Kind.eq(kind))
            .filter(offer::Column::ContentId.eq(content))
            .filter(offer::Column::Withdrawn.eq(false))
            .one(self.db().reader())
            .await?;
        let Some(offer) = found else {
            return Ok(Err(SaleProblem::OfferNotFound));
        };
        let of_content = purchase::Column::ContentId.eq(content);
        if purchase::Entity::owned_by(account)
            .filter(of_content)
            .one(self.db().reader())
            .await?
            .is_some()
        {
            return Ok(Err(SaleProblem::AlreadyOwned));
        }
        let running = rental::Entity::owned_by(account)
            .filter(rental::Column::ContentId.eq(content))
            .filter(rental::Column::ExpiresAt.gt(self.now()));
        if kind == offer::Kind::Rental && running.one(self.db().reader()).await?.is_some() {
            return Ok(Err(SaleProblem::AlreadyRented));
        }
        Ok(Ok(Goods::of_offer(offer, content)?))
    }

    async fn pick_plan(
        &self,
        account: AccountId,
        plan: Uuid,
        promo_code: Option<&str>,
    ) -> Result<Result<Goods, SaleProblem>, Error> {
        let on_sale = plan::Column::Withdrawn.eq(false);
        let found = plan::Entity::find_by_id(plan)
            .filter(on_sale)
            .one(self.db().reader())
            .await?;
        let Some(plan) = found else {
            return Ok(Err(SaleProblem::PlanNotFound));
        };
        if promo_code.is_some_and(|code| !code.is_empty()) {
            return Ok(Err(SaleProblem::PromoCodeUnknown));
        }
        let latest = subscription::Entity::owned_by(account).one(self.db().reader()).await?;
        if latest.as_ref().is_some_and(|latest| latest.live_account_id.is_some()) {
            return Ok(Err(SaleProblem::AlreadySubscribed));
        }
        // Who was a subscriber before has tried it.
        let has_trial = plan.trial_days > 0 && latest.is_none();
        Ok(Ok(Goods::of_plan(plan, has_trial)?))
    }
}

fn replay(order: &order::Model) -> Result<Sold, Error> {
    if let Some(id) = order.result_id {
        return Ok(Ok(id));
    }
    let problem = order.problem.as_deref().and_then(SaleProblem::from_name);
    problem
        .map(Err)
        .ok_or_else(|| Error::Row(format!("order {:?} has no answer", order.idempotency_key)))
}

fn require_text(field: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || text.len() > MAX_TEXT {
        return Err(Refusal::bad_input(
            field,
            format!("{field} is not 1 to {MAX_TEXT} bytes long"),
        ));
    }
    Ok(())
}
