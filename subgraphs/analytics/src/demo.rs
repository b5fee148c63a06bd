//! The past of the demo's viewers: too much of it for events.

use kernel::Instant;
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::kind,
    error::Error,
    service::{Analytics, NewEvent},
};

/// Loads the playbacks of the demo's viewers, unless they are there.
pub async fn load(analytics: &Analytics, now: Instant) -> Result<(), Error> {
    let mut events = Vec::new();
    for viewer in demo::viewers(now) {
        let profile = viewer.profile.id;
        for seen in &viewer.history {
            let happened = |kind: &str| NewEvent {
                id: Uuid::new_v5(&profile.0, format!("{kind} {}", seen.title).as_bytes()),
                kind: kind.to_owned(),
                at: seen.watched_at,
                account: Some(viewer.id),
                subject: Some(seen.title.to_string()),
                metadata: Some(json!({ "profile": profile }).to_string()),
            };
            events.push(happened(kind::PLAYBACK_STARTED));
            if seen.position_seconds >= 30 || seen.finished {
                events.push(happened(kind::VIDEO_WATCHED));
            }
        }
    }
    analytics.take_demo(events).await
}
