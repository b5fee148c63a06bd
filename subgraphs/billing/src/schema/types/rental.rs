//! Rentals.

use async_graphql::{ID, Object};
use graphql::{ListName, Money, Result};
use kernel::{Instant, TitleId};

use super::title::Title;
use crate::{entities::rental, service::money};

/// The list of rentals.
pub(crate) struct Rentals;

impl ListName for Rentals {
    const NAME: &'static str = "Rental";
}

/// Content rented for a time.
pub(crate) struct Rental(pub(crate) rental::Model);

/// Content rented for a time.
#[Object]
impl Rental {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// From.
    async fn starts_at(&self) -> Instant {
        self.0.starts_at
    }

    /// Until.
    async fn expires_at(&self) -> Instant {
        self.0.expires_at
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
