//! What analytics tells.

use kernel::{Instant, PlaybackSessionId, ProfileId, TitleId};
use serde::{Deserialize, Serialize};

use super::event;

/// A title was truly watched: 30 s or 5 %, once for each session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoWatched {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// By whom.
    pub profile: ProfileId,
    /// Which title.
    pub title: TitleId,
    /// Share of its length, 0 to 1, when known.
    pub share: Option<f64>,
    /// When.
    pub at: Instant,
}
event!(VideoWatched, "tv.analytics.video.watched.v1", session);
