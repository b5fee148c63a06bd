//! Scheduled work.

use std::time::Duration;

use runtime::Job;

use crate::service::Analytics;

/// Work of analytics.
pub fn jobs(analytics: &Analytics) -> Vec<Job> {
    let analytics = analytics.clone();
    vec![Job::new("analytics.forget_old", Duration::from_hours(1), move || {
        let analytics = analytics.clone();
        async move { analytics.forget_old().await }
    })]
}
