//! What live TV does as time passes.

use std::time::Duration;

use runtime::Job;

use crate::service::LiveTv;

const HOUR: Duration = Duration::from_hours(1);

/// Recordings turn this often.
const TURN: Duration = Duration::from_secs(10);

/// Fetching guides, forgetting the past, turning recordings, and keeping the demo's guide ahead of the present.
pub(crate) fn jobs(livetv: &LiveTv) -> Vec<Job> {
    let (forgetting, extending) = (livetv.clone(), livetv.clone());
    let (turning, fetching) = (livetv.clone(), livetv.clone());
    vec![
        Job::new("livetv.fetch_guides", Duration::from_mins(1), move || {
            let livetv = fetching.clone();
            async move { livetv.fetch_guides().await }
        }),
        Job::new("livetv.forget_the_past", HOUR, move || {
            let livetv = forgetting.clone();
            async move { livetv.forget_the_past().await }
        }),
        Job::new("livetv.turn_recordings", TURN, move || {
            let livetv = turning.clone();
            async move { livetv.turn_recordings().await }
        }),
        Job::new("livetv.extend_demo_guide", 6 * HOUR, move || {
            let livetv = extending.clone();
            async move { livetv.extend_demo_guide().await }
        }),
    ]
}
