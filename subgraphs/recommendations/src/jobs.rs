//! Scheduled work.

use std::time::Duration;

use runtime::Job;

use crate::service::Recommendations;

/// Work of recommendations.
pub fn jobs(recommendations: &Recommendations, train_every: Duration) -> Vec<Job> {
    let recommendations = recommendations.clone();
    vec![Job::new("recommendations.train", train_every, move || {
        let recommendations = recommendations.clone();
        async move { recommendations.train().await }
    })]
}
