//! Purchases.

use async_graphql::{ID, Object};
use graphql::{ListName, Money, Result};
use kernel::{Instant, TitleId};

use super::title::Title;
use crate::{entities::purchase, service::money};

/// The list of purchases.
pub(crate) struct Purchases;

impl ListName for Purchases {
    const NAME: &'static str = "Purchase";
}

/// Content bought for good.
pub(crate) struct Purchase(pub(crate) purchase::Model);

/// Content bought for good.
#[Object]
impl Purchase {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When it was bought.
    async fn purchased_at(&self) -> Instant {
        self.0.purchased_at
    }

    /// What was paid.
    async fn price(&self) -> Result<Money> {
        Ok(money(self.0.price_minor, &self.0.currency)?.into())
    }

    /// The title; null when it is a channel, or was withdrawn.
    async fn title(&self) -> Option<Title> {
        Some(Title(TitleId(self.0.content_id)))
    }
}
