//! What mutations take.

use async_graphql::{ID, InputObject};
use graphql::Result;
use kernel::{Instant, PlaybackSessionId, ProfileId, parse_uuid};

use super::types::{
    access_rule::AccessModel,
    playback_event::PlaybackEventKind,
    playback_session::{DrmSystem, StreamingProtocol},
};
use crate::{
    domain::live::Wish,
    service::{NewRule, Report, Start},
};

/// What `startPlayback` needs.
#[derive(InputObject)]
pub(crate) struct StartPlaybackInput {
    /// Title, channel, or programme of a channel.
    content_id: ID,
    /// Live TV: true begins what is on at its start, false plays as it goes on. When absent, a programme begins at its
    /// start where it may, and a channel plays as it goes on. A programme that is over always begins at its start.
    start_over: Option<bool>,
    /// Who watches: a profile of the viewer.
    profile_id: ID,
    /// The app's id of the device, chosen once; starting again on the same device ends what it played.
    device_id: String,
    /// How the device is shown to people; `deviceId` when absent.
    device_name: Option<String>,
    /// What the player can decrypt.
    drm: DrmSystem,
    /// What the player can read; all when absent.
    protocols: Option<Vec<StreamingProtocol>>,
}

impl StartPlaybackInput {
    pub(crate) fn read(self) -> Result<Start> {
        Ok(Start {
            content: parse_uuid("input.contentId", &self.content_id)?,
            wish: match self.start_over {
                None => Wish::Any,
                Some(true) => Wish::FromStart,
                Some(false) => Wish::Now,
            },
            profile: ProfileId::parse("input.profileId", &self.profile_id)?,
            device_name: self.device_name.unwrap_or_else(|| self.device_id.clone()),
            device_id: self.device_id,
            drm: self.drm.into(),
            protocols: self.protocols.map(|all| all.into_iter().map(Into::into).collect()),
        })
    }
}

/// What a player tells.
#[derive(InputObject)]
pub(crate) struct ReportPlaybackInput {
    /// The session.
    session_id: ID,
    /// What happened.
    event: PlaybackEventKind,
    /// Where playback stands, in seconds; past the end counts as the end.
    position_seconds: i32,
    /// When, by the player's clock; a time in the future counts as now.
    at: Instant,
    /// The player's key of this report, at most 128 bytes: sent again, it changes nothing.
    idempotency_key: String,
}

impl ReportPlaybackInput {
    pub(crate) fn read(self) -> Result<Report> {
        Ok(Report {
            session: PlaybackSessionId::parse("input.sessionId", &self.session_id)?,
            event: self.event.into(),
            position_ms: i64::from(self.position_seconds) * 1000,
            at: self.at,
            key: self.idempotency_key,
        })
    }
}

/// What `terminateSession` needs.
#[derive(InputObject)]
pub(crate) struct TerminateSessionInput {
    /// The session to end.
    pub(crate) session_id: ID,
}

/// What `setAccessRule` needs.
#[derive(InputObject)]
pub(crate) struct SetAccessRuleInput {
    /// The title or channel.
    content_id: ID,
    /// What opens the door.
    model: AccessModel,
    /// Packages that open it; absent: those that the content belongs to.
    packages: Option<Vec<String>>,
    /// First instant of the window; absent is always.
    starts_at: Option<Instant>,
    /// First instant after the window; absent is for ever.
    ends_at: Option<Instant>,
    /// ISO 3166-1 codes of the countries where it may be shown; absent or empty is everywhere.
    territories: Option<Vec<String>>,
}

/// Whose access rule to delete.
#[derive(InputObject)]
pub(crate) struct DeleteAccessRuleInput {
    /// The title or channel.
    pub(crate) content_id: ID,
}

impl SetAccessRuleInput {
    pub(crate) fn read(self) -> Result<NewRule> {
        Ok(NewRule {
            content: parse_uuid("input.contentId", &self.content_id)?,
            model: self.model.into(),
            packages: self.packages,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            territories: self.territories.unwrap_or_default(),
        })
    }
}
