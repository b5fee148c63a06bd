//! Scheduled work: one service call each.

use std::time::Duration;

use runtime::Job;

use crate::service::Accounts;

/// The jobs of accounts.
pub(crate) fn jobs(accounts: &Accounts) -> Vec<Job> {
    let (forgetful, publishing) = (accounts.clone(), accounts.clone());
    vec![
        Job::new("accounts.forget_ended", Duration::from_hours(1), move || {
            let accounts = forgetful.clone();
            async move { accounts.forget_ended().await }
        }),
        Job::new("accounts.publish_api_keys", Duration::from_mins(5), move || {
            let accounts = publishing.clone();
            async move { accounts.publish_api_keys().await }
        }),
    ]
}
