//! Invoices.

use async_graphql::{Enum, ID, Object};
use graphql::{ListName, Money, Result};
use kernel::Instant;

use crate::{entities::invoice, service::money};

/// The list of invoices.
pub(crate) struct Invoices;

impl ListName for Invoices {
    const NAME: &'static str = "Invoice";
}

/// How an invoice stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvoiceStatus {
    /// Paid.
    Paid,
}

/// An invoice: one for each payment that went through.
pub(crate) struct Invoice(pub(crate) invoice::Model);

/// An invoice: one for each payment that went through.
#[Object]
impl Invoice {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its number, consecutive within a year: `2026-000001`.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// How it stands.
    async fn status(&self) -> InvoiceStatus {
        match self.0.status {
            invoice::Status::Paid => InvoiceStatus::Paid,
        }
    }

    /// What was sold.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// What was paid.
    async fn total(&self) -> Result<Money> {
        Ok(money(self.0.total_minor, &self.0.currency)?.into())
    }

    /// When it was issued.
    async fn issued_at(&self) -> Instant {
        self.0.issued_at
    }
}
