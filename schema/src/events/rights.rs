//! What rights tells.

use kernel::{AccountId, Instant, PlaybackSessionId, ProfileId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event;

/// What every playback event carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Playback {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// Who pays.
    pub account: AccountId,
    /// Who watches.
    pub profile: ProfileId,
    /// Title or channel.
    pub content: Uuid,
    /// It is a channel: no resume point follows.
    pub is_channel: bool,
    /// What the player said: PLAYING, PAUSED, SEEKED, BUFFERING, ERROR, STOPPED.
    pub event: String,
    /// Where playback stands.
    pub position_ms: i64,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
    /// When, by the player's clock, not later than the server's.
    pub at: Instant,
    /// The app's name of the device.
    pub device: String,
}

/// Playback was granted and a session made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaybackStarted {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// All of it.
    pub playback: Playback,
}
event!(PlaybackStarted, "tv.playback.started.v1", session);

/// The player plays, seeks, buffers or had an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaybackProgressed {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// All of it.
    pub playback: Playback,
}
event!(PlaybackProgressed, "tv.playback.progressed.v1", session);

/// The player paused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaybackPaused {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// All of it.
    pub playback: Playback,
}
event!(PlaybackPaused, "tv.playback.paused.v1", session);

/// The player stopped, or was silent for too long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaybackEnded {
    /// The playback session.
    pub session: PlaybackSessionId,
    /// All of it.
    pub playback: Playback,
}
event!(PlaybackEnded, "tv.playback.ended.v1", session);

/// The access rule of a title or channel changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessChanged {
    /// Title or channel.
    pub content: Uuid,
    /// When.
    pub at: Instant,
}
event!(AccessChanged, "tv.rights.access.changed.v1", content);
