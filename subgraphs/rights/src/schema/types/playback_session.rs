//! Playback sessions and where their bytes are.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use kernel::{ChannelId, Instant, ProgrammeId, TitleId};

use super::{channel::Channel, programme::Programme, title::Title};
use crate::{
    entities::playback_session,
    schema::rights,
    service::{self, Grant, Links},
};

/// Systems that protect streams.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DrmSystem {
    /// In the clear.
    None,
    /// W3C Clear Key.
    #[graphql(name = "CLEARKEY")]
    ClearKey,
    /// Google's.
    Widevine,
    /// Microsoft's.
    #[graphql(name = "PLAYREADY")]
    PlayReady,
    /// Apple's.
    #[graphql(name = "FAIRPLAY")]
    FairPlay,
}

impl From<DrmSystem> for service::Drm {
    fn from(system: DrmSystem) -> Self {
        match system {
            DrmSystem::None => Self::None,
            DrmSystem::ClearKey | DrmSystem::Widevine | DrmSystem::PlayReady | DrmSystem::FairPlay => Self::Licensed,
        }
    }
}

/// How a stream is packaged.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamingProtocol {
    /// HTTP Live Streaming (RFC 8216).
    Hls,
    /// MPEG-DASH (ISO/IEC 23009-1).
    Dash,
}

impl From<StreamingProtocol> for service::Protocol {
    fn from(protocol: StreamingProtocol) -> Self {
        match protocol {
            StreamingProtocol::Hls => Self::Hls,
            StreamingProtocol::Dash => Self::Dash,
        }
    }
}

/// A manifest of a session.
#[derive(SimpleObject)]
pub(crate) struct StreamManifest {
    /// How it is packaged.
    protocol: StreamingProtocol,
    /// Where it is: signed, time-limited, absolute.
    url: String,
    /// When the URL ends.
    expires_at: Instant,
}

/// How a session is protected.
#[derive(SimpleObject)]
pub(crate) struct SessionDrm {
    /// The system; `NONE` is in the clear.
    system: DrmSystem,
    /// Where licences are given; null in the clear.
    licence_url: Option<String>,
    /// Ids of the keys; empty in the clear.
    key_ids: Vec<ID>,
}

/// One viewer, one title or channel, one device.
pub(crate) struct PlaybackSession {
    model: playback_session::Model,
    /// Only who started it gets them.
    links: Option<Links>,
}

impl PlaybackSession {
    /// A session that was just granted.
    pub(crate) fn granted(grant: Grant) -> Self {
        Self {
            model: grant.session,
            links: Some(grant.links),
        }
    }

    /// A session that was granted before.
    pub(crate) const fn known(model: playback_session::Model) -> Self {
        Self { model, links: None }
    }
}

/// Whole seconds of `ms` milliseconds.
pub(crate) fn seconds(ms: i64) -> i32 {
    i32::try_from(ms / 1000).unwrap_or(i32::MAX)
}

/// One viewer, one title or channel, one device.
#[Object]
impl PlaybackSession {
    /// Its id.
    async fn id(&self) -> ID {
        self.model.id.to_string().into()
    }

    /// When it was granted.
    async fn started_at(&self) -> Instant {
        self.model.started_at
    }

    /// When its manifests end: start anew to play on.
    async fn expires_at(&self) -> Instant {
        self.model.expires_at
    }

    /// When it ended; null while it plays.
    async fn ended_at(&self) -> Option<Instant> {
        self.model.ended_at
    }

    /// The app's name of the device.
    async fn device_name(&self) -> &str {
        &self.model.device_name
    }

    /// Seconds between two reports; after two without one the slot may be given to another device.
    async fn heartbeat_interval_seconds(&self, ctx: &Context<'_>) -> i32 {
        i32::try_from(rights(ctx).settings().heartbeat_seconds).unwrap_or(i32::MAX)
    }

    /// The progressive original: opaque token, byte ranges. Null where an upstream has the bytes, and when the session
    /// is read later: only the answer to `startPlayback` carries it.
    async fn stream_url(&self) -> Option<&str> {
        self.links.as_ref().and_then(|links| links.stream_url.as_deref())
    }

    /// When `streamUrl` ends; null without one.
    async fn stream_url_expires_at(&self) -> Option<Instant> {
        self.links.as_ref().and_then(|links| links.stream_expires_at)
    }

    /// Manifests in the protocols that were asked for; empty when the session is read later.
    async fn manifests(&self) -> Vec<StreamManifest> {
        let manifests = self.links.iter().flat_map(|links| &links.manifests);
        manifests
            .map(|manifest| StreamManifest {
                protocol: match manifest.protocol {
                    service::Protocol::Hls => StreamingProtocol::Hls,
                    service::Protocol::Dash => StreamingProtocol::Dash,
                },
                url: manifest.url.clone(),
                expires_at: manifest.expires_at,
            })
            .collect()
    }

    /// How it is protected.
    async fn drm(&self) -> SessionDrm {
        SessionDrm {
            system: DrmSystem::None,
            licence_url: None,
            key_ids: Vec::new(),
        }
    }

    /// Where to begin, in seconds: the resume point of the profile when the session was granted.
    async fn resume_position_seconds(&self) -> i32 {
        seconds(self.model.resume_ms)
    }

    /// Where playback stands by the latest report, in seconds.
    async fn position_seconds(&self) -> i32 {
        seconds(self.model.position_ms)
    }

    /// What plays; null for a channel.
    async fn title(&self) -> Option<Title> {
        (!self.model.is_channel).then_some(Title(TitleId(self.model.content_id)))
    }

    /// What is watched from its start: the programme of a channel; null for a title, and for a channel that is watched
    /// as it goes on.
    async fn programme(&self) -> Option<Programme> {
        self.model.programme_id.map(|id| Programme(ProgrammeId(id)))
    }

    /// What plays; null for a title.
    async fn channel(&self) -> Option<Channel> {
        self.model
            .is_channel
            .then_some(Channel(ChannelId(self.model.content_id)))
    }
}
