//! Payloads of mutations and what can be wrong.

use async_graphql::{Enum, ID, SimpleObject};
use kernel::Instant;

use super::{access_rule::ContentAccessRule, offer::Offer, playback_session::PlaybackSession};
use crate::{domain::decision::Denial, entities::playback_session};

/// What `startPlayback` answers.
#[derive(SimpleObject, Default)]
pub(crate) struct StartPlaybackPayload {
    /// The session; null when `problem` says why not.
    pub(crate) session: Option<PlaybackSession>,
    /// Why playback was refused; null when it was granted.
    pub(crate) problem: Option<StartPlaybackProblem>,
}

/// Why playback was refused, with what the screen needs.
#[derive(SimpleObject)]
pub(crate) struct StartPlaybackProblem {
    /// Why.
    pub(crate) code: StartPlaybackProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
    /// Offers that would open it, cheapest first; empty when none would. Null only when billing does not answer.
    pub(crate) offers: Option<Vec<Offer>>,
    /// With `STREAM_LIMIT`: what plays on other devices of the account; otherwise empty.
    pub(crate) active_streams: Vec<ActiveStream>,
}

/// Why playback was refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartPlaybackProblemCode {
    /// Nobody is signed in.
    NotSignedIn,
    /// No plan, purchase or rental opens it.
    NotEntitled,
    /// It is not shown yet, or no longer.
    OutsideWindow,
    /// It may not be shown in this country.
    OutsideTerritory,
    /// All streams of the account are in use.
    StreamLimit,
    /// It is not for the age of this profile.
    ProfileRestricted,
    /// There is no such content.
    NotFound,
    /// There is nothing to play yet.
    NotReady,
    /// The protection asked for is not offered.
    DrmUnavailable,
    /// It may not be shown here for the time being.
    Blackout,
}

impl From<Denial> for StartPlaybackProblemCode {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotSignedIn => Self::NotSignedIn,
            Denial::NotEntitled => Self::NotEntitled,
            Denial::OutsideWindow => Self::OutsideWindow,
            Denial::OutsideTerritory => Self::OutsideTerritory,
            Denial::ProfileRestricted => Self::ProfileRestricted,
            Denial::NotFound => Self::NotFound,
            Denial::Blackout => Self::Blackout,
        }
    }
}

impl StartPlaybackProblemCode {
    /// A sentence for people.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::NotSignedIn => "Sign in to watch this.",
            Self::NotEntitled => "Your plan does not include this.",
            Self::OutsideWindow => "This is not available at the moment.",
            Self::OutsideTerritory => "This is not available in your country.",
            Self::StreamLimit => "You are watching on as many devices as your plan allows.",
            Self::ProfileRestricted => "This is not suitable for this profile.",
            Self::NotFound => "This does not exist, or not any more.",
            Self::NotReady => "This is still being prepared.",
            Self::Blackout => "This may not be shown where you are at the moment.",
            Self::DrmUnavailable => "This cannot be played with the protection your device asked for.",
        }
    }
}

/// A stream of the account on another device.
#[derive(SimpleObject)]
pub(crate) struct ActiveStream {
    /// The playback session: `terminateSession` ends it.
    session_id: ID,
    /// The app's name of the device.
    device_name: String,
    /// Since when.
    started_at: Instant,
}

impl From<playback_session::Model> for ActiveStream {
    fn from(session: playback_session::Model) -> Self {
        Self {
            session_id: session.id.to_string().into(),
            device_name: session.device_name,
            started_at: session.started_at,
        }
    }
}

/// What `reportPlayback` answers.
#[derive(SimpleObject, Default)]
pub(crate) struct ReportPlaybackPayload {
    /// True when the report was taken, now or before; null when `problem` says why not.
    pub(crate) accepted: Option<bool>,
    /// Why it was not taken.
    pub(crate) problem: Option<PlaybackProblem>,
}

/// What `terminateSession` answers.
#[derive(SimpleObject, Default)]
pub(crate) struct TerminateSessionPayload {
    /// The session that ended; null when `problem` says why not.
    pub(crate) session: Option<PlaybackSession>,
    /// Why it was not ended.
    pub(crate) problem: Option<PlaybackProblem>,
}

/// What is wrong with a playback session.
#[derive(SimpleObject)]
pub(crate) struct PlaybackProblem {
    /// What.
    pub(crate) code: PlaybackProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
}

/// What is wrong with a playback session.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaybackProblemCode {
    /// The viewer has no such session.
    SessionNotFound,
    /// The session has ended: start playback anew.
    SessionEnded,
}

impl From<PlaybackProblemCode> for PlaybackProblem {
    fn from(code: PlaybackProblemCode) -> Self {
        let message = match code {
            PlaybackProblemCode::SessionNotFound => "This playback does not exist.",
            PlaybackProblemCode::SessionEnded => "This playback has ended; start it again.",
        };
        Self {
            code,
            message: message.to_owned(),
        }
    }
}

/// What `setAccessRule` answers.
#[derive(SimpleObject, Default)]
pub(crate) struct SetAccessRulePayload {
    /// The rule as it is now; null when `problem` says why not.
    pub(crate) rule: Option<ContentAccessRule>,
    /// Why it was not set.
    pub(crate) problem: Option<SetAccessRuleProblem>,
}

/// What `deleteAccessRule` answers.
#[derive(SimpleObject)]
pub(crate) struct DeleteAccessRulePayload {
    /// The title or channel that follows its packages again; null when `problem` says why not.
    pub(crate) content_id: Option<ID>,
    /// Why nothing was deleted.
    pub(crate) problem: Option<DeleteAccessRuleProblem>,
}

/// Why an access rule was not deleted.
#[derive(SimpleObject)]
pub(crate) struct DeleteAccessRuleProblem {
    /// Why.
    pub(crate) code: DeleteAccessRuleProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
}

/// Why an access rule was not deleted.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeleteAccessRuleProblemCode {
    /// The title or channel has no rule of its own.
    RuleNotFound,
}

/// Why an access rule was not set.
#[derive(SimpleObject)]
pub(crate) struct SetAccessRuleProblem {
    /// Why.
    pub(crate) code: SetAccessRuleProblemCode,
    /// A sentence for people.
    pub(crate) message: String,
}

/// Why an access rule was not set.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetAccessRuleProblemCode {
    /// There is no such title or channel.
    ContentNotFound,
}
