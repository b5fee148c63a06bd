//! What billing tells.

use kernel::{AccountId, Instant, Money, OfferId, PlanId, SubscriptionId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event;

/// How an offer sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferKind {
    /// For a time.
    Rental,
    /// For good.
    Purchase,
    /// By a plan.
    Subscription,
}

/// An offer was made, changed or withdrawn. Rights lists offers beside a refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferChanged {
    /// The offer.
    pub offer: OfferId,
    /// How it sells.
    pub kind: OfferKind,
    /// The title or channel it sells; absent for a plan's offer.
    pub content: Option<Uuid>,
    /// The packages it grants, for a plan's offer.
    pub packages: Vec<String>,
    /// Order beside others: cheapest first.
    pub price: Money,
    /// It is sold no longer.
    pub withdrawn: bool,
}
event!(OfferChanged, "tv.billing.offer.changed.v1", offer);

/// What a subscription gives from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionFacts {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Whose.
    pub account: AccountId,
    /// To which plan.
    pub plan: PlanId,
    /// TRIALING, ACTIVE, PAST_DUE, CANCELED, ENDED.
    pub status: String,
    /// The packages it grants.
    pub entitlements: Vec<String>,
    /// Streams at the same time.
    pub max_streams: i32,
    /// What it grants ends here unless it is renewed.
    pub access_until: Instant,
    /// Grows with every change.
    pub version: i64,
}

/// A subscription was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionCreated {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// All of it.
    pub facts: SubscriptionFacts,
}
event!(SubscriptionCreated, "tv.billing.subscription.created.v1", subscription);

/// A subscription changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionUpdated {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// All of it.
    pub facts: SubscriptionFacts,
}
event!(SubscriptionUpdated, "tv.billing.subscription.updated.v1", subscription);

/// A payment went through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentSucceeded {
    /// The payment.
    pub payment: Uuid,
    /// Whose.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Instant,
}
event!(PaymentSucceeded, "tv.billing.payment.succeeded.v1", payment);

/// A payment was declined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// The payment.
    pub payment: Uuid,
    /// Whose.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
    /// Why, as the gateway says: `declined`.
    pub reason: String,
    /// When.
    pub at: Instant,
}
event!(PaymentFailed, "tv.billing.payment.failed.v1", payment);

/// Content was bought for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PurchaseCompleted {
    /// The purchase.
    pub purchase: Uuid,
    /// Whose.
    pub account: AccountId,
    /// Title or channel.
    pub content: Uuid,
    /// By which offer.
    pub offer: OfferId,
    /// When.
    pub at: Instant,
}
event!(PurchaseCompleted, "tv.billing.purchase.completed.v1", purchase);

/// Content was rented.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RentalStarted {
    /// The rental.
    pub rental: Uuid,
    /// Whose.
    pub account: AccountId,
    /// Title or channel.
    pub content: Uuid,
    /// By which offer.
    pub offer: OfferId,
    /// From.
    pub starts_at: Instant,
    /// Until.
    pub expires_at: Instant,
}
event!(RentalStarted, "tv.billing.rental.started.v1", rental);
