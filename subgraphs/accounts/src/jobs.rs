//! Scheduled work: one service call each.

use std::time::Duration;

use runtime::Job;

use crate::service::Accounts;

/// The jobs of accounts.
pub(crate) fn jobs(accounts: &Accounts) -> Vec<Job> {
    let accounts = accounts.clone();
    vec![Job::new("accounts.forget_ended", Duration::from_hours(1), move || {
        let accounts = accounts.clone();
        async move { accounts.forget_ended().await }
    })]
}
