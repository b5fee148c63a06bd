//! Scheduled work, one service call each.

use std::time::Duration;

use runtime::Job;

use crate::service::Rights;

/// What rights does every so often.
pub(crate) fn jobs(rights: &Rights) -> Vec<Job> {
    let (rights, forgetting) = (rights.clone(), rights.clone());
    let silent = Job::new("rights.end_silent_sessions", Duration::from_mins(1), move || {
        let rights = rights.clone();
        async move { rights.end_silent_sessions().await }
    });
    let forget = Job::new("rights.forget_programmes", Duration::from_hours(6), move || {
        let rights = forgetting.clone();
        async move { rights.forget_programmes().await }
    });
    vec![silent, forget]
}
