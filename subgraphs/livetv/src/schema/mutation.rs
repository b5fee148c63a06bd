//! Root fields that change something: channels, for editors; what a profile asked for.

mod imports;
mod lineups;
mod order;
mod programmes;
mod recordings;
mod reminders;
mod series_rules;
mod sources;

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, MergedObject, Object, SimpleObject};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole, trace_id, viewer};
use kernel::ChannelId;

use super::types::{
    channel::{CatchUpInput, Channel, StreamSourceInput},
    livetv,
};
use crate::service::{Actor, Edit, NewChannel, Patch, Problem};

/// Root fields of live TV that change something.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    ChannelMutations,
    order::OrderMutations,
    programmes::ProgrammeMutations,
    recordings::RecordingMutation,
    reminders::ReminderMutation,
    series_rules::SeriesRuleMutation,
    lineups::RegionMutations,
    imports::ImportMutations,
    sources::SourceMutations,
);

/// Who asks, for the audit log.
pub(super) fn actor(ctx: &Context<'_>) -> Result<Actor> {
    Ok(Actor {
        account: viewer(ctx)?.account,
        trace_id: trace_id(ctx),
    })
}

/// Channels, one at a time.
#[derive(Default)]
pub struct ChannelMutations;

/// Channels, one at a time.
#[Object]
impl ChannelMutations {
    /// Makes a channel.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn create_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel.")] input: CreateChannelInput,
    ) -> Result<CreateChannelPayload> {
        let made = livetv(ctx).create_channel(&actor(ctx)?, input.into()).await?;
        let (channel, problem) = split(made);
        Ok(CreateChannelPayload {
            channel: channel.map(Channel::new),
            problem,
        })
    }

    /// Changes a channel; fields that are absent stay as they are.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn update_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateChannelInput,
    ) -> Result<UpdateChannelPayload> {
        let id = ChannelId::parse("input.id", &input.id)?;
        let (channel, problem) = split(livetv(ctx).update_channel(&actor(ctx)?, id, input.into()).await?);
        Ok(UpdateChannelPayload {
            channel: channel.map(Channel::new),
            problem,
        })
    }

    /// Deletes a channel with its programmes; later guides do not bring it back.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn delete_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which channel.")] input: DeleteChannelInput,
    ) -> Result<DeleteChannelPayload> {
        let id = ChannelId::parse("input.id", &input.id)?;
        let (deleted, problem) = split(livetv(ctx).delete_channel(&actor(ctx)?, id).await?);
        Ok(DeleteChannelPayload {
            deleted_channel_id: deleted.map(|id| id.0.into()),
            problem,
        })
    }
}

/// What `createChannel` needs.
#[derive(InputObject)]
pub struct CreateChannelInput {
    /// Its place on the remote: `5` or `5.1`.
    number: String,
    /// Its name.
    name: String,
    /// Where its logo is: a web address.
    logo_url: Option<String>,
    /// Its id in XMLTV guides.
    xmltv_id: Option<String>,
    /// The zone in which its times are shown: an IANA name like `Europe/London`.
    time_zone: Option<String>,
    /// Packages that include it; empty when it is free.
    #[graphql(default)]
    packages: Vec<String>,
    /// Where it streams.
    #[graphql(default)]
    stream_sources: Vec<StreamSourceInput>,
    /// What can be watched later; nothing when absent.
    catch_up: Option<CatchUpInput>,
}

impl From<CreateChannelInput> for NewChannel {
    fn from(input: CreateChannelInput) -> Self {
        Self {
            id: None,
            number: input.number,
            name: input.name,
            logo_url: input.logo_url,
            xmltv_id: input.xmltv_id,
            time_zone: input.time_zone,
            packages: input.packages,
            sources: input.stream_sources.into_iter().map(Into::into).collect(),
            loops: None,
            catch_up: input.catch_up.map(Into::into),
        }
    }
}

/// What `createChannel` answers.
#[derive(SimpleObject)]
pub struct CreateChannelPayload {
    /// The channel; null when `problem` says why not.
    channel: Option<Channel>,
    /// Why there is no channel; null when there is.
    problem: Option<ChannelProblem>,
}

/// What `updateChannel` needs.
#[derive(InputObject)]
pub struct UpdateChannelInput {
    /// Which channel.
    id: ID,
    /// Its place on the remote: `5` or `5.1`.
    number: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Where its logo is: a web address; null takes it away.
    logo_url: MaybeUndefined<String>,
    /// Its id in XMLTV guides; null takes it away.
    xmltv_id: MaybeUndefined<String>,
    /// The zone in which its times are shown: an IANA name like `Europe/London`; null takes it away.
    time_zone: MaybeUndefined<String>,
    /// Packages that include it; empty when it is free.
    packages: Option<Vec<String>>,
    /// Where it streams.
    stream_sources: Option<Vec<StreamSourceInput>>,
    /// Lists leave it out; by its id it is there.
    hidden: Option<bool>,
    /// What can be watched later; null: nothing.
    catch_up: MaybeUndefined<CatchUpInput>,
}

impl From<UpdateChannelInput> for Patch {
    fn from(input: UpdateChannelInput) -> Self {
        Self {
            number: input.number,
            name: input.name,
            logo_url: edit(input.logo_url),
            xmltv_id: edit(input.xmltv_id),
            time_zone: edit(input.time_zone),
            packages: input.packages,
            sources: input
                .stream_sources
                .map(|sources| sources.into_iter().map(Into::into).collect()),
            hidden: input.hidden,
            catch_up: match edit(input.catch_up) {
                Edit::Keep => Edit::Keep,
                Edit::Clear => Edit::Clear,
                Edit::Set(window) => Edit::Set(window.into()),
            },
        }
    }
}

pub(super) fn edit<T>(value: MaybeUndefined<T>) -> Edit<T> {
    match value {
        MaybeUndefined::Undefined => Edit::Keep,
        MaybeUndefined::Null => Edit::Clear,
        MaybeUndefined::Value(value) => Edit::Set(value),
    }
}

/// What `updateChannel` answers.
#[derive(SimpleObject)]
pub struct UpdateChannelPayload {
    /// The channel as it is now; null when `problem` says why not.
    channel: Option<Channel>,
    /// Why nothing changed; null when it did.
    problem: Option<ChannelProblem>,
}

/// What `deleteChannel` needs.
#[derive(InputObject)]
pub struct DeleteChannelInput {
    /// Which channel.
    id: ID,
}

/// What `deleteChannel` answers.
#[derive(SimpleObject)]
pub struct DeleteChannelPayload {
    /// The channel that is gone; null when `problem` says why not.
    deleted_channel_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<ChannelProblem>,
}

/// Why a change of a channel was refused.
#[derive(SimpleObject)]
pub struct ChannelProblem {
    /// Why.
    code: ChannelProblemCode,
    /// Why, for people.
    message: String,
}

/// Why a change of a channel was refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelProblemCode {
    /// There is no such channel.
    ChannelNotFound,
    /// Another channel has the number.
    NumberTaken,
    /// Another channel has the XMLTV id.
    XmltvIdTaken,
    /// There is no such programme.
    ProgrammeNotFound,
    /// Another programme of the channel is on at that time.
    ProgrammeOverlaps,
    /// There is no such line-up.
    LineupNotFound,
    /// Another line-up has the name.
    LineupNameTaken,
    /// There is no such blackout.
    BlackoutNotFound,
}

impl From<Problem> for ChannelProblem {
    fn from(problem: Problem) -> Self {
        let code = match problem {
            Problem::ChannelNotFound => ChannelProblemCode::ChannelNotFound,
            Problem::NumberTaken => ChannelProblemCode::NumberTaken,
            Problem::XmltvIdTaken => ChannelProblemCode::XmltvIdTaken,
            Problem::ProgrammeNotFound => ChannelProblemCode::ProgrammeNotFound,
            Problem::ProgrammeOverlaps => ChannelProblemCode::ProgrammeOverlaps,
            Problem::LineupNotFound => ChannelProblemCode::LineupNotFound,
            Problem::LineupNameTaken => ChannelProblemCode::LineupNameTaken,
            Problem::BlackoutNotFound => ChannelProblemCode::BlackoutNotFound,
        };
        Self {
            code,
            message: problem.to_string(),
        }
    }
}

/// The two halves of a payload.
pub(super) fn split<T>(changed: std::result::Result<T, Problem>) -> (Option<T>, Option<ChannelProblem>) {
    match changed {
        Ok(changed) => (Some(changed), None),
        Err(problem) => (None, Some(problem.into())),
    }
}
