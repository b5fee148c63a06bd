//! What live TV does as time passes.

use std::time::Duration;

use runtime::Job;

use crate::service::LiveTv;

const HOUR: Duration = Duration::from_hours(1);

/// Forgetting the past, and keeping the demo's guide ahead of the present.
pub(crate) fn jobs(livetv: &LiveTv) -> Vec<Job> {
    let (forgetting, extending) = (livetv.clone(), livetv.clone());
    vec![
        Job::new("livetv.forget_the_past", HOUR, move || {
            let livetv = forgetting.clone();
            async move { livetv.forget_the_past().await }
        }),
        Job::new("livetv.extend_demo_guide", 6 * HOUR, move || {
            let livetv = extending.clone();
            async move { livetv.extend_demo_guide().await }
        }),
    ]
}
