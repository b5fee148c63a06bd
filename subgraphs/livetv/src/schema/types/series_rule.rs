//! Series rules in the graph.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use graphql::{
    ListName, Result,
    directives::{ListSize, Size},
};

use super::{channel::Channel, loaders, programme::Programme, recording::Recording};
use crate::{
    entities::{
        rule_match::{self, Outcome},
        series_rule,
    },
    service::Owner,
};

/// A profile wants the programmes of a series recorded.
pub struct SeriesRule(pub(crate) series_rule::Model);

/// A profile wants the programmes of a series recorded.
#[Object]
impl SeriesRule {
    /// The rule's id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The series' title, when the rule was made.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Only this channel; null for any, and when the channel was deleted.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let Some(channel) = self.0.channel_id else {
            return Ok(None);
        };
        Ok(loaders(ctx).channels.load(channel).await?.map(Channel::new))
    }

    /// Any channel will do.
    async fn is_any_channel(&self) -> bool {
        self.0.channel_id.is_none()
    }

    /// Only new episodes, each once.
    async fn new_only(&self) -> bool {
        self.0.new_only
    }

    /// Most complete recordings it keeps, the oldest go first; null when it keeps all.
    async fn keep(&self) -> Option<i32> {
        self.0.keep
    }

    /// Minutes recorded before a programme.
    async fn padding_before_minutes(&self) -> i32 {
        self.0.padding_before_minutes
    }

    /// Minutes recorded after it.
    async fn padding_after_minutes(&self) -> i32 {
        self.0.padding_after_minutes
    }

    /// It records nothing for now.
    async fn is_paused(&self) -> bool {
        self.0.paused
    }

    /// What it made of programmes to come, next first, at most 50.
    #[graphql(complexity = "10 * child_complexity", directive = ListSize::apply(Size::assumed(10)))]
    async fn matches(&self, ctx: &Context<'_>) -> Result<Vec<SeriesRuleMatch>> {
        let key = (Owner::of_rule(&self.0), self.0.id);
        let rows = loaders(ctx).rule_matches.load(key).await?.unwrap_or_default();
        Ok(rows.into_iter().map(SeriesRuleMatch).collect())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A list of series rules: names its connection.
pub struct SeriesRules;

impl ListName for SeriesRules {
    const NAME: &'static str = "SeriesRule";
}

/// What a series rule made of a programme.
pub struct SeriesRuleMatch(pub(crate) rule_match::Model);

/// What a series rule made of a programme.
#[Object]
impl SeriesRuleMatch {
    /// The programme; null when the guide no longer has it.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        let row = loaders(ctx).programmes.load(self.0.programme_id).await?;
        Ok(row.map(Programme::new))
    }

    /// The programme's title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// When the programme begins.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// What the rule made of it.
    async fn outcome(&self) -> SeriesRuleOutcome {
        self.0.outcome.into()
    }

    /// The profile's recording of the programme, whoever scheduled it; null when there is none.
    async fn recording(&self, ctx: &Context<'_>) -> Result<Option<Recording>> {
        let key = (Owner::of_match(&self.0), self.0.programme_id);
        Ok(loaders(ctx).recordings.load(key).await?.map(Recording))
    }
}

/// What a series rule made of a programme.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesRuleOutcome {
    /// It is recorded.
    Scheduled,
    /// Passed over: it is a repeat.
    Repeat,
    /// Passed over: the profile records the episode, or the rule did once.
    SameEpisode,
    /// Passed over: the profile has a recording of the programme, or cancelled it.
    AlreadyScheduled,
    /// Passed over: the account's quota is used up. It is looked at again when there is room.
    OverQuota,
}

impl From<Outcome> for SeriesRuleOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Scheduled => Self::Scheduled,
            Outcome::Repeat => Self::Repeat,
            Outcome::SameEpisode => Self::SameEpisode,
            Outcome::AlreadyScheduled => Self::AlreadyScheduled,
            Outcome::OverQuota => Self::OverQuota,
        }
    }
}
