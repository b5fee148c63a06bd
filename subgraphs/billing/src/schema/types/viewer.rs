//! What billing adds to the viewer: only for the viewer themselves.

use async_graphql::{Context, ID, Object};
use graphql::{Connection, Count, PageInput, Result, connection, find_viewer, page_request};
use kernel::AccountId;

use super::{
    invoice::{Invoice, Invoices},
    purchase::{Purchase, Purchases},
    rental::{Rental, Rentals},
    subscription::PlanSubscription,
};
use crate::schema::billing;

/// Who is signed in.
pub(crate) struct Viewer(pub(crate) AccountId);

impl Viewer {
    /// The account, when it is the one that asks: whatever path leads here, nobody reads another's.
    fn own(&self, ctx: &Context<'_>) -> Option<AccountId> {
        find_viewer(ctx)
            .map(|viewer| viewer.account)
            .filter(|account| *account == self.0)
    }
}

/// Who is signed in.
#[Object]
impl Viewer {
    /// The account's id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }

    /// The subscription that gives something now; null without one.
    async fn subscription(&self, ctx: &Context<'_>) -> Result<Option<PlanSubscription>> {
        let Some(account) = self.own(ctx) else { return Ok(None) };
        Ok(billing(ctx).current_subscription(account).await?.map(PlanSubscription))
    }

    /// Subscriptions, the latest first, at most 50.
    async fn subscriptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that give something now.", default = false)] active_only: bool,
    ) -> Result<Option<Vec<PlanSubscription>>> {
        let Some(account) = self.own(ctx) else { return Ok(None) };
        let rows = billing(ctx).subscriptions(account, active_only).await?;
        Ok(Some(rows.into_iter().map(PlanSubscription).collect()))
    }

    /// What was bought for good, the latest first.
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Purchase, Purchases>>> {
        let Some(account) = self.own(ctx) else { return Ok(None) };
        let billing = billing(ctx).clone();
        let page = billing.purchases(account, &page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let billing = billing.clone();
            async move { Ok(billing.count_purchases(account).await?) }
        });
        Ok(Some(connection(page.map(Purchase), count)))
    }

    /// What was rented, the latest first.
    async fn rentals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that have not expired.", default = false)] active_only: bool,
        #[graphql(desc = "Rows of the page, 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Rental, Rentals>>> {
        let Some(account) = self.own(ctx) else { return Ok(None) };
        let billing = billing(ctx).clone();
        let page = billing
            .rentals(account, active_only, &page_request(first, after, page)?)
            .await?;
        let count = Count::lazy(move || {
            let billing = billing.clone();
            async move { Ok(billing.count_rentals(account, active_only).await?) }
        });
        Ok(Some(connection(page.map(Rental), count)))
    }

    /// Invoices, the latest first.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Invoice, Invoices>>> {
        let Some(account) = self.own(ctx) else { return Ok(None) };
        let billing = billing(ctx).clone();
        let page = billing.invoices(account, &page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let billing = billing.clone();
            async move { Ok(billing.count_invoices(account).await?) }
        });
        Ok(Some(connection(page.map(Invoice), count)))
    }
}
