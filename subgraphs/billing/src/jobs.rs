//! Scheduled work, one service call each.

use std::time::Duration;

use runtime::Job;

use crate::service::Billing;

/// What billing does every so often.
pub(crate) fn jobs(billing: &Billing) -> Vec<Job> {
    let billing = billing.clone();
    vec![Job::new(
        "billing.renew_subscriptions",
        Duration::from_mins(1),
        move || {
            let billing = billing.clone();
            async move { billing.renew_due().await }
        },
    )]
}
