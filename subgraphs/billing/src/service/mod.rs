//! Use cases by noun; the only room that opens transactions, raises events and checks ownership.

mod books;
mod checkout;
mod gateway;
mod goods;
mod library;
mod plans;
mod price_list;
mod renewals;
mod subscriptions;
mod turns;

use std::sync::Arc;

use auth::{REVOKED_TOKENS, Viewer};
use database::Database;
use kernel::{Currency, ErrorCode, Instant, Money, Refusal};
use runtime::Platform;

pub use checkout::{Order, Request};
pub use gateway::{GatewayError, PaymentGateway, Sandbox};
pub use plans::{PlanChange, PlanProblem};
pub use price_list::PriceList;
pub use subscriptions::CancelProblem;

use crate::{Error, Settings};

/// Billing. Cheap to clone.
#[derive(Clone)]
pub struct Billing(Arc<Inner>);

struct Inner {
    platform: Platform,
    db: Database,
    gateway: Arc<dyn PaymentGateway>,
    settings: Settings,
}

impl Billing {
    /// Billing over its database and its gateway.
    pub fn new(platform: &Platform, db: Database, gateway: Arc<dyn PaymentGateway>, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            platform: platform.clone(),
            db,
            gateway,
            settings,
        }))
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.platform.clock.now()
    }

    fn db(&self) -> &Database {
        &self.0.db
    }

    fn platform(&self) -> &Platform {
        &self.0.platform
    }

    fn gateway(&self) -> &dyn PaymentGateway {
        self.0.gateway.as_ref()
    }

    fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Refuses a signed-out token: nobody pays with it.
    async fn require_unrevoked(&self, viewer: &Viewer) -> Result<(), Error> {
        let revoked = self
            .platform()
            .kv
            .get(REVOKED_TOKENS, &viewer.token_id.to_string())
            .await?;
        match revoked {
            Some(_) => Err(Refusal::new(ErrorCode::Unauthenticated, "this sign-in was ended; sign in again").into()),
            None => Ok(()),
        }
    }
}

/// The amount that a row holds.
pub(crate) fn money(amount_minor: i64, currency: &str) -> Result<Money, Error> {
    let currency = Currency::try_new(currency).ok_or_else(|| Error::Row(format!("{currency:?} is no currency")))?;
    Ok(Money { amount_minor, currency })
}
