//! Scheduled work, one service call each.

use std::time::Duration;

use runtime::Job;

use crate::service::Rights;

/// What rights does every so often.
pub(crate) fn jobs(rights: &Rights) -> Vec<Job> {
    let rights = rights.clone();
    vec![Job::new(
        "rights.end_silent_sessions",
        Duration::from_mins(1),
        move || {
            let rights = rights.clone();
            async move { rights.end_silent_sessions().await }
        },
    )]
}
