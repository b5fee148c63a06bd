//! Scheduled work.

use std::time::Duration;

use runtime::Job;

use crate::service::Search;

/// Work of search.
pub fn jobs(search: &Search) -> Vec<Job> {
    let search = search.clone();
    vec![Job::new("search.purge_ended", Duration::from_mins(15), move || {
        let search = search.clone();
        async move { search.purge_ended().await }
    })]
}
