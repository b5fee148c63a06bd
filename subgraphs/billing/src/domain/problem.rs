//! What can be wrong with a sale.

/// Why nothing was sold, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaleProblem {
    /// There is no such plan.
    PlanNotFound,
    /// There is no such offer for this content.
    OfferNotFound,
    /// The account has a subscription.
    AlreadySubscribed,
    /// The account bought it before.
    AlreadyOwned,
    /// The account rents it now.
    AlreadyRented,
    /// No such promotion.
    PromoCodeUnknown,
    /// The gateway knows no such way to pay.
    UnknownPaymentMethod,
    /// The gateway declined.
    PaymentDeclined,
    /// The holder of the card must confirm first.
    PaymentChallenge,
    /// The key was used for something else.
    IdempotencyConflict,
}

impl SaleProblem {
    const ALL: [Self; 10] = [
        Self::PlanNotFound,
        Self::OfferNotFound,
        Self::AlreadySubscribed,
        Self::AlreadyOwned,
        Self::AlreadyRented,
        Self::PromoCodeUnknown,
        Self::UnknownPaymentMethod,
        Self::PaymentDeclined,
        Self::PaymentChallenge,
        Self::IdempotencyConflict,
    ];

    /// Its name in rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlanNotFound => "PLAN_NOT_FOUND",
            Self::OfferNotFound => "OFFER_NOT_FOUND",
            Self::AlreadySubscribed => "ALREADY_SUBSCRIBED",
            Self::AlreadyOwned => "ALREADY_OWNED",
            Self::AlreadyRented => "ALREADY_RENTED",
            Self::PromoCodeUnknown => "PROMO_CODE_UNKNOWN",
            Self::UnknownPaymentMethod => "UNKNOWN_PAYMENT_METHOD",
            Self::PaymentDeclined => "PAYMENT_DECLINED",
            Self::PaymentChallenge => "PAYMENT_CHALLENGE",
            Self::IdempotencyConflict => "IDEMPOTENCY_CONFLICT",
        }
    }

    /// The problem of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.name() == name)
    }

    /// A sentence for people.
    pub const fn message(self) -> &'static str {
        match self {
            Self::PlanNotFound => "This plan does not exist, or not any more.",
            Self::OfferNotFound => "This offer does not exist, or not any more.",
            Self::AlreadySubscribed => "You have a subscription already.",
            Self::AlreadyOwned => "You own this already.",
            Self::AlreadyRented => "You are renting this already.",
            Self::PromoCodeUnknown => "This promotion code is not known.",
            Self::UnknownPaymentMethod => "This way to pay is not known.",
            Self::PaymentDeclined => "The payment was declined.",
            Self::PaymentChallenge => "Your bank asks you to confirm the payment.",
            Self::IdempotencyConflict => "This request was sent before with other content.",
        }
    }
}
