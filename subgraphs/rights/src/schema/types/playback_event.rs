//! What players say.

use async_graphql::{Enum, ID, Object};
use kernel::Instant;

use super::playback_session::PlaybackSession;
use crate::{entities::playback_session, service};

/// What a player says.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaybackEventKind {
    /// It plays; also the heartbeat.
    Playing,
    /// It was paused.
    Paused,
    /// The viewer jumped.
    Seeked,
    /// It waits for bytes.
    Buffering,
    /// It failed.
    Error,
    /// It was stopped: the session ends and its slot is free.
    Stopped,
}

impl From<PlaybackEventKind> for service::PlayerEvent {
    fn from(kind: PlaybackEventKind) -> Self {
        match kind {
            PlaybackEventKind::Playing => Self::Playing,
            PlaybackEventKind::Paused => Self::Paused,
            PlaybackEventKind::Seeked => Self::Seeked,
            PlaybackEventKind::Buffering => Self::Buffering,
            PlaybackEventKind::Error => Self::Error,
            PlaybackEventKind::Stopped => Self::Stopped,
        }
    }
}

impl From<service::PlayerEvent> for PlaybackEventKind {
    fn from(event: service::PlayerEvent) -> Self {
        match event {
            service::PlayerEvent::Playing => Self::Playing,
            service::PlayerEvent::Paused => Self::Paused,
            service::PlayerEvent::Seeked => Self::Seeked,
            service::PlayerEvent::Buffering => Self::Buffering,
            service::PlayerEvent::Error => Self::Error,
            service::PlayerEvent::Stopped => Self::Stopped,
        }
    }
}

/// Something that happened in a playback session.
pub(crate) struct PlaybackEvent {
    pub(crate) heard: service::Heard,
    pub(crate) session: playback_session::Model,
}

/// Something that happened in a playback session.
#[Object]
impl PlaybackEvent {
    /// Unique id of the event.
    async fn id(&self) -> ID {
        self.heard.id.to_string().into()
    }

    /// What happened; a session that ends for whatever reason is `STOPPED`.
    async fn event(&self) -> PlaybackEventKind {
        service::PlayerEvent::from_name(&self.heard.playback.event)
            .unwrap_or(service::PlayerEvent::Playing)
            .into()
    }

    /// When, by the player's clock, not later than the server's.
    async fn at(&self) -> Instant {
        self.heard.playback.at
    }

    /// Where playback stands, in seconds.
    async fn position_seconds(&self) -> i32 {
        super::playback_session::seconds(self.heard.playback.position_ms)
    }

    /// The session.
    async fn session(&self) -> PlaybackSession {
        PlaybackSession::known(self.session.clone())
    }
}
