//! Root fields that change sources of guides, and whose channels they mean. For administrators.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{ChannelId, ErrorCode, Refusal, parse_uuid};
use serde_json::Value;

use super::actor;
use crate::{
    schema::types::{
        livetv,
        source::{ChannelMatch, GuideSource, GuideSourceKind},
    },
    service::{MatchDecision, MatchProblem, NewSource, SourcePatch, SourceProblem},
};

/// Sources of guides.
#[derive(Default)]
pub struct SourceMutations;

/// Sources of guides.
#[Object]
impl SourceMutations {
    /// Makes a source of guides.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn create_guide_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source.")] input: CreateGuideSourceInput,
    ) -> Result<CreateGuideSourcePayload> {
        let made = livetv(ctx).create_source(&actor(ctx)?, input.into()).await?;
        let (source, problem) = halves(made);
        Ok(CreateGuideSourcePayload {
            source: source.map(GuideSource),
            problem,
        })
    }

    /// Changes a source of guides; fields that are absent stay as they are. It is looked at soon.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn update_guide_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateGuideSourceInput,
    ) -> Result<UpdateGuideSourcePayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let (source, problem) = halves(livetv(ctx).update_source(&actor(ctx)?, id, input.into()).await?);
        Ok(UpdateGuideSourcePayload {
            source: source.map(GuideSource),
            problem,
        })
    }

    /// Deletes a source of guides; its programmes stay.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn delete_guide_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which source.")] input: DeleteGuideSourceInput,
    ) -> Result<DeleteGuideSourcePayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let (deleted, problem) = halves(livetv(ctx).delete_source(&actor(ctx)?, id).await?);
        Ok(DeleteGuideSourcePayload {
            deleted_source_id: deleted.map(Into::into),
            problem,
        })
    }

    /// Decides which of our channels a source's channel is, from the next import on; imports keep to it.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn set_channel_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: SetChannelMatchInput,
    ) -> Result<SetChannelMatchPayload> {
        let source = input
            .source_id
            .as_deref()
            .map(|id| parse_uuid("input.sourceId", id))
            .transpose()?;
        let decision = input.decision()?;
        let set = livetv(ctx)
            .set_match(&actor(ctx)?, source, &input.file_id, decision)
            .await?;
        let (found, problem) = match set {
            Ok(found) => (found, None),
            Err(problem) => (None, Some(problem.into())),
        };
        Ok(SetChannelMatchPayload {
            channel_match: found.map(ChannelMatch),
            problem,
        })
    }
}

/// What `createGuideSource` needs.
#[derive(InputObject)]
pub struct CreateGuideSourceInput {
    /// Its name.
    name: String,
    /// How its guide comes here.
    kind: GuideSourceKind,
    /// The web address, of kind URL: on the public internet, unless the settings allow its host.
    url: Option<String>,
    /// The folder, of kind FOLDER: below the folder of the settings; `.` is that folder.
    folder: Option<String>,
    /// Minutes between two looks, 1 to 10080; 60 when absent.
    interval_minutes: Option<i32>,
    /// Of two sources the one with the lower number is right, 0 to 1000; 100 when absent.
    priority: Option<i32>,
    /// What is done with the oddities of a file; what is absent is the default.
    policies: Option<Value>,
    /// It is looked at by itself; true when absent.
    enabled: Option<bool>,
}

impl From<CreateGuideSourceInput> for NewSource {
    fn from(input: CreateGuideSourceInput) -> Self {
        Self {
            name: input.name,
            kind: input.kind.into(),
            rest: SourcePatch {
                name: None,
                url: input.url,
                folder: input.folder,
                interval_minutes: input.interval_minutes,
                priority: input.priority,
                policies: input.policies,
                enabled: input.enabled,
            },
        }
    }
}

/// What `createGuideSource` answers.
#[derive(SimpleObject)]
pub struct CreateGuideSourcePayload {
    /// The source; null when `problem` says why not.
    source: Option<GuideSource>,
    /// Why there is no source; null when there is.
    problem: Option<GuideSourceProblem>,
}

/// What `updateGuideSource` needs.
#[derive(InputObject)]
pub struct UpdateGuideSourceInput {
    /// Which source.
    id: ID,
    /// Its name.
    name: Option<String>,
    /// The web address.
    url: Option<String>,
    /// The folder.
    folder: Option<String>,
    /// Minutes between two looks, 1 to 10080.
    interval_minutes: Option<i32>,
    /// Of two sources the one with the lower number is right, 0 to 1000.
    priority: Option<i32>,
    /// What is done with the oddities of a file, all of it; what is absent is the default.
    policies: Option<Value>,
    /// It is looked at by itself.
    enabled: Option<bool>,
}

impl From<UpdateGuideSourceInput> for SourcePatch {
    fn from(input: UpdateGuideSourceInput) -> Self {
        Self {
            name: input.name,
            url: input.url,
            folder: input.folder,
            interval_minutes: input.interval_minutes,
            priority: input.priority,
            policies: input.policies,
            enabled: input.enabled,
        }
    }
}

/// What `updateGuideSource` answers.
#[derive(SimpleObject)]
pub struct UpdateGuideSourcePayload {
    /// The source as it is now; null when `problem` says why not.
    source: Option<GuideSource>,
    /// Why nothing changed; null when it did.
    problem: Option<GuideSourceProblem>,
}

/// What `deleteGuideSource` needs.
#[derive(InputObject)]
pub struct DeleteGuideSourceInput {
    /// Which source.
    id: ID,
}

/// What `deleteGuideSource` answers.
#[derive(SimpleObject)]
pub struct DeleteGuideSourcePayload {
    /// The source that is gone; null when `problem` says why not.
    deleted_source_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<GuideSourceProblem>,
}

/// Why a change of a source was refused.
#[derive(SimpleObject)]
pub struct GuideSourceProblem {
    /// Why.
    code: GuideSourceProblemCode,
    /// Why, for people.
    message: String,
}

/// Why a change of a source was refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "SourceProblem")]
pub enum GuideSourceProblemCode {
    /// There is no such source.
    SourceNotFound,
    /// Another source has the name.
    NameTaken,
    /// There are as many sources as there may be.
    TooManySources,
    /// The address is not on the public internet, and the settings do not allow its host.
    AddressNotAllowed,
    /// The settings name no folder, or this one is not below it.
    FolderNotAllowed,
}

/// The two halves of a payload.
fn halves<T>(changed: std::result::Result<T, SourceProblem>) -> (Option<T>, Option<GuideSourceProblem>) {
    match changed {
        Ok(changed) => (Some(changed), None),
        Err(problem) => {
            let problem = GuideSourceProblem {
                code: problem.into(),
                message: problem.to_string(),
            };
            (None, Some(problem))
        }
    }
}

/// What `setChannelMatch` needs: `channelId` or `ignore`; neither lets imports decide again.
#[derive(InputObject)]
pub struct SetChannelMatchInput {
    /// The source; null for guides of no source.
    source_id: Option<ID>,
    /// The channel's id in the source's files.
    file_id: String,
    /// Our channel.
    channel_id: Option<ID>,
    /// Nothing of it is wanted.
    #[graphql(default)]
    ignore: bool,
}

impl SetChannelMatchInput {
    fn decision(&self) -> Result<MatchDecision> {
        match &self.channel_id {
            Some(_) if self.ignore => {
                let message = "either channelId or ignore, not both";
                let fields = vec!["input.channelId".to_owned(), "input.ignore".to_owned()];
                Err(Refusal::new(ErrorCode::Invalid, message).with("fields", fields).into())
            }
            Some(id) => Ok(MatchDecision::Channel(ChannelId::parse("input.channelId", id)?)),
            None if self.ignore => Ok(MatchDecision::Ignore),
            None => Ok(MatchDecision::Auto),
        }
    }
}

/// What `setChannelMatch` answers.
#[derive(SimpleObject)]
pub struct SetChannelMatchPayload {
    /// The decision; null when imports decide again, or `problem` says why not.
    #[graphql(name = "match")]
    channel_match: Option<ChannelMatch>,
    /// Why nothing was decided; null when it was.
    problem: Option<ChannelMatchProblem>,
}

/// Why a decision about a source's channel was refused.
#[derive(SimpleObject)]
pub struct ChannelMatchProblem {
    /// Why.
    code: ChannelMatchProblemCode,
    /// Why, for people.
    message: String,
}

impl From<MatchProblem> for ChannelMatchProblem {
    fn from(problem: MatchProblem) -> Self {
        Self {
            code: problem.into(),
            message: problem.to_string(),
        }
    }
}

/// Why a decision about a source's channel was refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "MatchProblem")]
pub enum ChannelMatchProblemCode {
    /// There is no such source.
    SourceNotFound,
    /// There is no such channel.
    ChannelNotFound,
}
