//! Root fields that make, change and delete series rules.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{ChannelId, ProgrammeId, Refusal, parse_uuid};
use schema::events::livetv::SeriesRuleId;

use super::edit;
use crate::{
    domain::recording::Padding,
    schema::types::{livetv, owner::owner, series_rule::SeriesRule},
    service::{NewRule, NoRule, RulePatch, RuleSource},
};

/// Series rules.
#[derive(Default)]
pub struct SeriesRuleMutation;

/// Series rules.
#[Object]
impl SeriesRuleMutation {
    /// Has a series recorded: what the guide has of it now, `rule.matches` says what came of each, and what the guide
    /// will have. A second time answers the first rule.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn create_series_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which series, and for whom.")] input: CreateSeriesRuleInput,
    ) -> Result<CreateSeriesRulePayload> {
        let new = input.read()?;
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        Ok(match livetv(ctx).create_series_rule(owner, new).await? {
            Ok(ruled) => CreateSeriesRulePayload {
                rule: Some(SeriesRule(ruled.rule)),
                already_there: Some(ruled.was_there),
                problem: None,
            },
            Err(why) => CreateSeriesRulePayload {
                rule: None,
                already_there: None,
                problem: Some(why.into()),
            },
        })
    }

    /// Changes a series rule; fields that are absent stay as they are. What it has scheduled stays as it is, and
    /// programmes that it passed over are looked at again.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn update_series_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateSeriesRuleInput,
    ) -> Result<UpdateSeriesRulePayload> {
        let id = SeriesRuleId(parse_uuid("input.id", &input.id)?);
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let patch = RulePatch {
            new_only: input.new_only,
            keep: edit(input.keep),
            before_minutes: input.padding_before_minutes,
            after_minutes: input.padding_after_minutes,
            paused: input.paused,
        };
        let (rule, problem) = match livetv(ctx).update_series_rule(owner, id, patch).await? {
            Ok(rule) => (Some(SeriesRule(rule)), None),
            Err(why) => (None, Some(why.into())),
        };
        Ok(UpdateSeriesRulePayload { rule, problem })
    }

    /// Deletes a series rule. What it has recorded stays.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn delete_series_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule.")] input: DeleteSeriesRuleInput,
    ) -> Result<DeleteSeriesRulePayload> {
        let id = SeriesRuleId(parse_uuid("input.id", &input.id)?);
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let deleted = livetv(ctx).delete_series_rule(owner, id, input.also_cancel).await?;
        let (deleted_series_rule_id, problem) = match deleted {
            Ok(id) => (Some(id.0.into()), None),
            Err(why) => (None, Some(why.into())),
        };
        Ok(DeleteSeriesRulePayload {
            deleted_series_rule_id,
            problem,
        })
    }
}

/// What `createSeriesRule` needs: a programme of the series, or a channel and a title.
#[derive(InputObject)]
pub struct CreateSeriesRuleInput {
    /// For whom; a profile of the account that is signed in.
    profile_id: ID,
    /// A programme of the series; not beside `channelId` and `title`.
    programme_id: Option<ID>,
    /// The channel that shows it; with `title`.
    channel_id: Option<ID>,
    /// What it is called there; with `channelId`.
    title: Option<String>,
    /// On any channel, not only the programme's. Only where the guide knows the series: `Programme.seriesKey`.
    #[graphql(default = false)]
    any_channel: bool,
    /// No repeats, and each episode once.
    #[graphql(default = true)]
    new_only: bool,
    /// Most complete recordings it keeps, the oldest go first; all when absent.
    keep: Option<i32>,
    /// Minutes recorded before a programme; at most 60.
    #[graphql(default = 0)]
    padding_before_minutes: i32,
    /// Minutes recorded after it; at most 60.
    #[graphql(default = 0)]
    padding_after_minutes: i32,
}

impl CreateSeriesRuleInput {
    fn read(&self) -> Result<NewRule> {
        let source = match (&self.programme_id, &self.channel_id, &self.title) {
            (Some(programme), None, None) => RuleSource::Programme(ProgrammeId::parse("input.programmeId", programme)?),
            (None, Some(channel), Some(title)) => RuleSource::Title {
                channel: ChannelId::parse("input.channelId", channel)?,
                title: title.clone(),
            },
            _ => {
                let message = "a rule is made from input.programmeId, or from input.channelId and input.title";
                return Err(Refusal::bad_input("input", message).into());
            }
        };
        Ok(NewRule {
            source,
            any_channel: self.any_channel,
            new_only: self.new_only,
            keep: self.keep,
            padding: Padding::try_new(self.padding_before_minutes, self.padding_after_minutes)?,
        })
    }
}

/// What `createSeriesRule` answers.
#[derive(SimpleObject)]
pub struct CreateSeriesRulePayload {
    /// The rule; null when `problem` says why not.
    rule: Option<SeriesRule>,
    /// The profile had it already, and it stays as it was; null when `problem` says why there is none.
    already_there: Option<bool>,
    /// Why there is no rule; null when there is.
    problem: Option<SeriesRuleProblem>,
}

/// What `updateSeriesRule` needs.
#[derive(InputObject)]
pub struct UpdateSeriesRuleInput {
    /// Whose rule; a profile of the account that is signed in.
    profile_id: ID,
    /// Which rule.
    id: ID,
    /// No repeats, and each episode once.
    new_only: Option<bool>,
    /// Most complete recordings it keeps; null for all.
    keep: MaybeUndefined<i32>,
    /// Minutes recorded before a programme; at most 60.
    padding_before_minutes: Option<i32>,
    /// Minutes recorded after it; at most 60.
    padding_after_minutes: Option<i32>,
    /// It records nothing for now.
    paused: Option<bool>,
}

/// What `updateSeriesRule` answers.
#[derive(SimpleObject)]
pub struct UpdateSeriesRulePayload {
    /// The rule as it is now; null when `problem` says why not.
    rule: Option<SeriesRule>,
    /// Why nothing changed; null when it did.
    problem: Option<SeriesRuleProblem>,
}

/// What `deleteSeriesRule` needs.
#[derive(InputObject)]
pub struct DeleteSeriesRuleInput {
    /// Whose rule; a profile of the account that is signed in.
    profile_id: ID,
    /// Which rule.
    id: ID,
    /// What it has scheduled is cancelled; otherwise that stays.
    #[graphql(default = false)]
    also_cancel: bool,
}

/// What `deleteSeriesRule` answers.
#[derive(SimpleObject)]
pub struct DeleteSeriesRulePayload {
    /// The rule that is gone; null when `problem` says why not.
    deleted_series_rule_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<SeriesRuleProblem>,
}

/// Why a series rule was not made or changed.
#[derive(SimpleObject)]
pub struct SeriesRuleProblem {
    /// Why.
    code: SeriesRuleProblemCode,
    /// Why, for people.
    message: String,
}

/// Why a series rule was not made or changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesRuleProblemCode {
    /// There is no such programme or channel, or the profile has no such rule.
    NotFound,
    /// The profile has as many rules as it may.
    RuleLimit,
}

impl From<NoRule> for SeriesRuleProblem {
    fn from(why: NoRule) -> Self {
        let code = match why {
            NoRule::NotFound => SeriesRuleProblemCode::NotFound,
            NoRule::RuleLimit(_) => SeriesRuleProblemCode::RuleLimit,
        };
        Self {
            code,
            message: why.to_string(),
        }
    }
}
