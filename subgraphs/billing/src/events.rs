//! Consumed events, one service call each.

use ::schema::events::accounts::AccountClosed;
use bus::{Consumer, Meta, OrRetry};

use crate::service::Billing;

/// What billing takes from other services.
pub(crate) fn consumer(billing: &Billing) -> Consumer {
    let billing = billing.clone();
    Consumer::new("billing").on(move |event: AccountClosed, _: Meta| {
        let billing = billing.clone();
        async move { billing.close_account(event.account).await.or_retry() }
    })
}
