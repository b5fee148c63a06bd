//! Recordings in the graph.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};
use kernel::parse_uuid;

use super::{
    channel::Channel,
    loaders,
    programme::{Programme, ProgrammeEpisode},
    series_rule::SeriesRule,
};
use crate::{
    entities::recording::{self, Reason, Status},
    service::{self, Owner},
};

/// A profile's right to replay a programme from the channel's archive.
pub struct Recording(pub(crate) recording::Model);

/// A profile's right to replay a programme from the channel's archive.
#[Object]
impl Recording {
    /// The recording's id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its programme; null when the guide no longer has it.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        let row = loaders(ctx).programmes.load(self.0.programme_id).await?;
        Ok(row.map(Programme::new))
    }

    /// Its channel; null when that was deleted.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let row = loaders(ctx).channels.load(self.0.channel_id).await?;
        Ok(row.map(Channel::new))
    }

    /// The programme's title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The programme's subtitle.
    async fn subtitle(&self) -> Option<&str> {
        self.0.subtitle.as_deref()
    }

    /// Which episode it is; null when it is none, or nobody says.
    async fn episode(&self) -> Option<ProgrammeEpisode> {
        ProgrammeEpisode::new(self.0.season, self.0.episode)
    }

    /// When the programme begins; follows the guide.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// When the programme ends; follows the guide.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// First instant that is recorded: the programme's start less the padding.
    async fn records_from(&self) -> DateTime<Utc> {
        self.0.records_from
    }

    /// First instant that is no longer recorded: the programme's end and the padding.
    async fn records_to(&self) -> DateTime<Utc> {
        self.0.records_to
    }

    /// What it takes of the quota, in seconds.
    async fn seconds(&self) -> i32 {
        self.0.seconds
    }

    /// How far it is.
    async fn status(&self) -> RecordingStatus {
        self.0.status.into()
    }

    /// Why it came to nothing; null unless it failed or was cancelled.
    async fn reason(&self) -> Option<RecordingReason> {
        self.0.reason.map(Into::into)
    }

    /// The series rule that scheduled it; null when the profile did, and when the rule was deleted.
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<SeriesRule>> {
        let Some(rule) = self.0.rule_id else {
            return Ok(None);
        };
        let key = (Owner::of_recording(&self.0), rule);
        Ok(loaders(ctx).rules.load(key).await?.map(SeriesRule))
    }

    /// It is kept until then.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was scheduled.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A list of recordings: names its connection.
pub struct Recordings;

impl ListName for Recordings {
    const NAME: &'static str = "Recording";
}

/// How far a recording is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingStatus {
    /// It has not begun.
    Scheduled,
    /// It runs.
    Recording,
    /// It is complete.
    Recorded,
    /// It ended before it was complete; `reason` says why.
    Failed,
    /// It will not begin, or was broken off; `reason` says why.
    Cancelled,
}

impl From<Status> for RecordingStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Scheduled => Self::Scheduled,
            Status::Recording => Self::Recording,
            Status::Recorded => Self::Recorded,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<RecordingStatus> for Status {
    fn from(status: RecordingStatus) -> Self {
        match status {
            RecordingStatus::Scheduled => Self::Scheduled,
            RecordingStatus::Recording => Self::Recording,
            RecordingStatus::Recorded => Self::Recorded,
            RecordingStatus::Failed => Self::Failed,
            RecordingStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// Why a recording came to nothing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingReason {
    /// The viewer cancelled it.
    ByViewer,
    /// The guide no longer has its programme.
    ProgrammeRemoved,
    /// The guide moved its programme onto one that the profile records already.
    Duplicate,
}

impl From<Reason> for RecordingReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::ByViewer => Self::ByViewer,
            Reason::ProgrammeRemoved => Self::ProgrammeRemoved,
            Reason::Duplicate => Self::Duplicate,
        }
    }
}

/// Which recordings a list has.
#[derive(InputObject, Default)]
pub struct RecordingFilter {
    /// Those of these statuses; all when absent or empty.
    status: Option<Vec<RecordingStatus>>,
    /// Those that this series rule scheduled.
    rule_id: Option<ID>,
}

impl RecordingFilter {
    pub(crate) fn read(self) -> Result<service::RecordingFilter> {
        let mut statuses: Vec<Status> = Vec::new();
        for status in self.status.unwrap_or_default() {
            let status = status.into();
            // A status twice is the status once: the list stays short.
            if !statuses.contains(&status) {
                statuses.push(status);
            }
        }
        let rule = self.rule_id.map(|id| parse_uuid("filter.ruleId", &id)).transpose()?;
        Ok(service::RecordingFilter { statuses, rule })
    }
}

/// How much an account may record, all its profiles together.
#[expect(
    clippy::struct_field_names,
    reason = "the unit is in the name of each field of the graph"
)]
#[derive(SimpleObject)]
pub struct RecordingQuota {
    /// What it may record, in seconds.
    allowed_seconds: i32,
    /// What is recorded or being recorded, in seconds.
    used_seconds: i32,
    /// What will be recorded, in seconds.
    scheduled_seconds: i32,
}

impl From<service::Quota> for RecordingQuota {
    fn from(quota: service::Quota) -> Self {
        let seconds = |seconds: i64| i32::try_from(seconds).unwrap_or(i32::MAX);
        Self {
            allowed_seconds: seconds(quota.allowed_seconds),
            used_seconds: seconds(quota.used_seconds),
            scheduled_seconds: seconds(quota.scheduled_seconds),
        }
    }
}
