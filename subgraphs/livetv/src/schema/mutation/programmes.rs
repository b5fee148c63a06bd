//! Programmes by hand.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{ChannelId, ProgrammeId};

use super::{ChannelProblem, actor, edit, split};
use crate::{
    schema::types::{livetv, programme::Programme},
    service::{NewProgramme, ProgrammePatch},
};

/// Programmes by hand.
#[derive(Default)]
pub struct ProgrammeMutations;

/// Programmes by hand.
#[Object]
impl ProgrammeMutations {
    /// Adds a programme that no guide changes.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn create_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme.")] input: CreateProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let made = livetv(ctx).create_programme(&actor(ctx)?, input.read()?).await?;
        Ok(ProgrammePayload::of(made))
    }

    /// Changes a programme; fields that are absent stay as they are. The fields that are named are locked: later guides
    /// leave them as they are, until `unlockFields`.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn update_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let id = ProgrammeId::parse("input.id", &input.id)?;
        let changed = livetv(ctx).update_programme(&actor(ctx)?, id, input.into()).await?;
        Ok(ProgrammePayload::of(changed))
    }

    /// Takes a programme out of the guide; later guides do not bring it back, until `unlockFields`.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn delete_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which programme.")] input: DeleteProgrammeInput,
    ) -> Result<DeleteProgrammePayload> {
        let id = ProgrammeId::parse("input.id", &input.id)?;
        let (deleted, problem) = split(livetv(ctx).delete_programme(&actor(ctx)?, id).await?);
        Ok(DeleteProgrammePayload {
            deleted_programme_id: deleted.map(|id| id.0.into()),
            problem,
        })
    }

    /// Gives fields of a programme back to the guide: the next import sets them.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn unlock_fields(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which fields, and whose.")] input: UnlockFieldsInput,
    ) -> Result<UnlockFieldsPayload> {
        let (programme, fields) = input.read()?;
        let (locked, problem) = split(livetv(ctx).unlock_fields(&actor(ctx)?, programme, fields).await?);
        Ok(UnlockFieldsPayload {
            locked_fields: locked,
            problem,
        })
    }
}

/// What `createProgramme` needs.
#[derive(InputObject)]
pub struct CreateProgrammeInput {
    /// On which channel.
    channel_id: ID,
    /// First instant.
    starts_at: DateTime<Utc>,
    /// First instant after it; at most a day later.
    ends_at: DateTime<Utc>,
    /// Its title; at most 500 bytes.
    title: String,
    /// Its subtitle; at most 500 bytes.
    subtitle: Option<String>,
    /// What it is about; at most 10,000 bytes.
    description: Option<String>,
    /// Its categories, main one first; at most 20.
    #[graphql(default)]
    categories: Vec<String>,
    /// Season, from 1.
    season: Option<i32>,
    /// Episode, from 1.
    episode: Option<i32>,
}

impl CreateProgrammeInput {
    fn read(self) -> Result<NewProgramme> {
        let details = ProgrammePatch {
            starts_at: None,
            ends_at: None,
            title: Some(self.title),
            subtitle: self.subtitle.into(),
            description: self.description.into(),
            categories: Some(self.categories),
            season: self.season.into(),
            episode: self.episode.into(),
        };
        Ok(NewProgramme {
            channel: ChannelId::parse("input.channelId", &self.channel_id)?,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            details,
        })
    }
}

/// What `updateProgramme` needs.
#[derive(InputObject)]
pub struct UpdateProgrammeInput {
    /// Which programme.
    id: ID,
    /// First instant.
    starts_at: Option<DateTime<Utc>>,
    /// First instant after it; at most a day later.
    ends_at: Option<DateTime<Utc>>,
    /// Its title; at most 500 bytes.
    title: Option<String>,
    /// Its subtitle; null takes it away.
    subtitle: MaybeUndefined<String>,
    /// What it is about; null takes it away.
    description: MaybeUndefined<String>,
    /// Its categories, main one first; at most 20.
    categories: Option<Vec<String>>,
    /// Season, from 1; null takes it away. Season and episode are locked together.
    season: MaybeUndefined<i32>,
    /// Episode, from 1; null takes it away.
    episode: MaybeUndefined<i32>,
}

impl From<UpdateProgrammeInput> for ProgrammePatch {
    fn from(input: UpdateProgrammeInput) -> Self {
        Self {
            starts_at: input.starts_at,
            ends_at: input.ends_at,
            title: input.title,
            subtitle: edit(input.subtitle),
            description: edit(input.description),
            categories: input.categories,
            season: edit(input.season),
            episode: edit(input.episode),
        }
    }
}

/// What `createProgramme` and `updateProgramme` answer.
#[derive(SimpleObject)]
pub struct ProgrammePayload {
    /// The programme as it is now; null when `problem` says why not.
    programme: Option<Programme>,
    /// Why nothing changed; null when it did.
    problem: Option<ChannelProblem>,
}

impl ProgrammePayload {
    fn of(changed: std::result::Result<crate::entities::programme::Model, crate::service::Problem>) -> Self {
        let (programme, problem) = split(changed);
        Self {
            programme: programme.map(Programme::new),
            problem,
        }
    }
}

/// What `deleteProgramme` needs.
#[derive(InputObject)]
pub struct DeleteProgrammeInput {
    /// Which programme.
    id: ID,
}

/// What `deleteProgramme` answers.
#[derive(SimpleObject)]
pub struct DeleteProgrammePayload {
    /// The programme that is gone; null when `problem` says why not.
    deleted_programme_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<ChannelProblem>,
}

/// A field that an editor can lock.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockableField {
    /// A programme's title.
    Title,
    /// A programme's subtitle.
    Subtitle,
    /// What a programme is about.
    Description,
    /// A programme's categories.
    Categories,
    /// A programme's season and episode.
    Episode,
    /// A programme's first instant.
    StartsAt,
    /// The first instant after a programme.
    EndsAt,
    /// That a programme is gone.
    Deleted,
}

/// What `unlockFields` needs.
#[derive(InputObject)]
pub struct UnlockFieldsInput {
    /// Whose fields: a programme, deleted or not.
    programme_id: ID,
    /// Which fields; all when absent.
    fields: Option<Vec<LockableField>>,
}

impl UnlockFieldsInput {
    fn read(self) -> Result<(ProgrammeId, Option<Vec<String>>)> {
        let programme = ProgrammeId::parse("input.programmeId", &self.programme_id)?;
        let name = |field: LockableField| async_graphql::resolver_utils::enum_value(field).to_string();
        let fields = self.fields.map(|fields| {
            let mut names: Vec<String> = fields.into_iter().map(name).collect();
            names.sort();
            names.dedup();
            names
        });
        Ok((programme, fields))
    }
}

/// What `unlockFields` answers.
#[derive(SimpleObject)]
pub struct UnlockFieldsPayload {
    /// What stays locked; null when `problem` says why not.
    locked_fields: Option<Vec<String>>,
    /// Why nothing was unlocked; null when it was.
    problem: Option<ChannelProblem>,
}
