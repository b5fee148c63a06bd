//! Payloads of mutations and what can be wrong.

use async_graphql::{Enum, SimpleObject};

use super::{purchase::Purchase, rental::Rental, subscription::PlanSubscription};
use crate::{domain::problem::SaleProblem, service::CancelProblem};

/// What `subscribe` answers.
#[derive(SimpleObject)]
pub(crate) struct SubscribePayload {
    /// The subscription; null when `problem` says why not.
    pub(crate) subscription: Option<PlanSubscription>,
    /// Why nothing was sold.
    pub(crate) problem: Option<CheckoutProblem>,
}

/// What `rentContent` answers.
#[derive(SimpleObject)]
pub(crate) struct RentContentPayload {
    /// The rental; null when `problem` says why not.
    pub(crate) rental: Option<Rental>,
    /// Why nothing was sold.
    pub(crate) problem: Option<CheckoutProblem>,
}

/// What `purchaseContent` answers.
#[derive(SimpleObject)]
pub(crate) struct PurchaseContentPayload {
    /// The purchase; null when `problem` says why not.
    pub(crate) purchase: Option<Purchase>,
    /// Why nothing was sold.
    pub(crate) problem: Option<CheckoutProblem>,
}

/// Why nothing was sold.
#[derive(SimpleObject)]
pub(crate) struct CheckoutProblem {
    /// Why.
    pub(crate) code: CheckoutProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
}

/// Why nothing was sold.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckoutProblemCode {
    /// There is no such plan, or not any more.
    PlanNotFound,
    /// There is no such offer for this content, or not any more.
    OfferNotFound,
    /// The account has a subscription.
    AlreadySubscribed,
    /// The account bought it before.
    AlreadyOwned,
    /// The account rents it now.
    AlreadyRented,
    /// There is no such promotion.
    PromoCodeUnknown,
    /// The gateway knows no such way to pay.
    UnknownPaymentMethod,
    /// The gateway declined; try another way to pay with a new key.
    PaymentDeclined,
    /// The holder of the card must confirm; try again with a new key.
    PaymentChallenge,
    /// The key was used for another order.
    IdempotencyConflict,
}

impl From<SaleProblem> for CheckoutProblem {
    fn from(problem: SaleProblem) -> Self {
        let code = match problem {
            SaleProblem::PlanNotFound => CheckoutProblemCode::PlanNotFound,
            SaleProblem::OfferNotFound => CheckoutProblemCode::OfferNotFound,
            SaleProblem::AlreadySubscribed => CheckoutProblemCode::AlreadySubscribed,
            SaleProblem::AlreadyOwned => CheckoutProblemCode::AlreadyOwned,
            SaleProblem::AlreadyRented => CheckoutProblemCode::AlreadyRented,
            SaleProblem::PromoCodeUnknown => CheckoutProblemCode::PromoCodeUnknown,
            SaleProblem::UnknownPaymentMethod => CheckoutProblemCode::UnknownPaymentMethod,
            SaleProblem::PaymentDeclined => CheckoutProblemCode::PaymentDeclined,
            SaleProblem::PaymentChallenge => CheckoutProblemCode::PaymentChallenge,
            SaleProblem::IdempotencyConflict => CheckoutProblemCode::IdempotencyConflict,
        };
        Self {
            code,
            message: problem.message().to_owned(),
        }
    }
}

/// What `cancelSubscription` answers.
#[derive(SimpleObject)]
pub(crate) struct CancelSubscriptionPayload {
    /// The subscription as it is now; null when `problem` says why it was not cancelled.
    pub(crate) subscription: Option<PlanSubscription>,
    /// Why it was not cancelled.
    pub(crate) problem: Option<CancelSubscriptionProblem>,
}

/// Why a subscription was not cancelled.
#[derive(SimpleObject)]
pub(crate) struct CancelSubscriptionProblem {
    /// Why.
    pub(crate) code: CancelSubscriptionProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
}

/// Why a subscription was not cancelled.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CancelSubscriptionProblemCode {
    /// The viewer has no such subscription.
    SubscriptionNotFound,
    /// It has ended before.
    AlreadyEnded,
}

impl From<CancelProblem> for CancelSubscriptionProblem {
    fn from(problem: CancelProblem) -> Self {
        let (code, message) = match problem {
            CancelProblem::NotFound => (
                CancelSubscriptionProblemCode::SubscriptionNotFound,
                "This subscription does not exist.",
            ),
            CancelProblem::AlreadyEnded => (
                CancelSubscriptionProblemCode::AlreadyEnded,
                "This subscription has ended already.",
            ),
        };
        Self {
            code,
            message: message.to_owned(),
        }
    }
}
