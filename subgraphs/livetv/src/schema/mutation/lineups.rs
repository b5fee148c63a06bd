//! Line-ups and blackouts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{ChannelId, ProgrammeId, Refusal, parse_uuid};

use super::{ChannelProblem, actor, edit, split};
use crate::{
    schema::types::{
        blackout::{Blackout, BlackoutScope},
        lineup::Lineup,
        livetv,
    },
    service::{BlackoutPatch, Concerned, LineupPatch, LineupPlace, MAX_CHANNELS, NewBlackout},
};

/// Line-ups and blackouts.
#[derive(Default)]
pub struct RegionMutations;

/// Line-ups and blackouts.
#[Object]
impl RegionMutations {
    /// Makes a line-up.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn create_lineup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line-up.")] input: CreateLineupInput,
    ) -> Result<LineupPayload> {
        let patch = LineupPatch {
            name: Some(input.name),
            regions: Some(input.regions),
            channels: Some(places(input.channels)?),
        };
        let (lineup, problem) = split(livetv(ctx).create_lineup(&actor(ctx)?, patch).await?);
        Ok(LineupPayload {
            lineup: lineup.map(Lineup),
            problem,
        })
    }

    /// Changes a line-up; fields that are absent stay as they are.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn update_lineup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateLineupInput,
    ) -> Result<LineupPayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let patch = LineupPatch {
            name: input.name,
            regions: input.regions,
            channels: input.channels.map(places).transpose()?,
        };
        let (lineup, problem) = split(livetv(ctx).update_lineup(&actor(ctx)?, id, patch).await?);
        Ok(LineupPayload {
            lineup: lineup.map(Lineup),
            problem,
        })
    }

    /// Deletes a line-up; its channels stay.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn delete_lineup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which line-up.")] input: DeleteLineupInput,
    ) -> Result<DeleteLineupPayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let (deleted, problem) = split(livetv(ctx).delete_lineup(&actor(ctx)?, id).await?);
        Ok(DeleteLineupPayload {
            deleted_lineup_id: deleted.map(Into::into),
            problem,
        })
    }

    /// Makes a blackout of a channel or of a programme.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn create_blackout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The blackout.")] input: CreateBlackoutInput,
    ) -> Result<BlackoutPayload> {
        let (blackout, problem) = split(livetv(ctx).create_blackout(&actor(ctx)?, input.read()?).await?);
        Ok(BlackoutPayload {
            blackout: blackout.map(Blackout),
            problem,
        })
    }

    /// Changes a blackout; fields that are absent stay as they are.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn update_blackout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateBlackoutInput,
    ) -> Result<BlackoutPayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let patch = BlackoutPatch {
            scope: input.scope.map(Into::into),
            regions: input.regions,
            starts_at: edit(input.starts_at),
            ends_at: edit(input.ends_at),
            reason: input.reason,
        };
        let (blackout, problem) = split(livetv(ctx).update_blackout(&actor(ctx)?, id, patch).await?);
        Ok(BlackoutPayload {
            blackout: blackout.map(Blackout),
            problem,
        })
    }

    /// Lifts a blackout.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn delete_blackout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which blackout.")] input: DeleteBlackoutInput,
    ) -> Result<DeleteBlackoutPayload> {
        let id = parse_uuid("input.id", &input.id)?;
        let (deleted, problem) = split(livetv(ctx).delete_blackout(&actor(ctx)?, id).await?);
        Ok(DeleteBlackoutPayload {
            deleted_blackout_id: deleted.map(Into::into),
            problem,
        })
    }
}

/// A channel's place in a line-up.
#[derive(InputObject)]
pub struct LineupChannelInput {
    /// The channel.
    channel_id: ID,
    /// Its number there: `5` or `5.1`; the channel's own when absent.
    number: Option<String>,
    /// Keep the number but do not show the channel.
    #[graphql(default = false)]
    hidden: bool,
}

fn places(channels: Vec<LineupChannelInput>) -> Result<Vec<LineupPlace>> {
    if channels.len() > MAX_CHANNELS {
        let limit = Refusal::limit("channels", MAX_CHANNELS as u64, channels.len() as u64);
        return Err(limit.with("field", "input.channels").into());
    }
    let place = |input: LineupChannelInput| {
        Ok(LineupPlace {
            channel: ChannelId::parse("input.channels.channelId", &input.channel_id)?.0,
            number: input.number,
            hidden: input.hidden,
        })
    };
    channels.into_iter().map(place).collect()
}

/// What `createLineup` needs.
#[derive(InputObject)]
pub struct CreateLineupInput {
    /// Its name; no two line-ups share it.
    name: String,
    /// Where it is for: countries (ISO 3166-1) and their parts (ISO 3166-2).
    #[graphql(default)]
    regions: Vec<String>,
    /// Its channels, at most 500.
    #[graphql(default)]
    channels: Vec<LineupChannelInput>,
}

/// What `updateLineup` needs.
#[derive(InputObject)]
pub struct UpdateLineupInput {
    /// Which line-up.
    id: ID,
    /// Its name; no two line-ups share it.
    name: Option<String>,
    /// Where it is for: countries (ISO 3166-1) and their parts (ISO 3166-2).
    regions: Option<Vec<String>>,
    /// All its channels, at most 500, in place of those it has.
    channels: Option<Vec<LineupChannelInput>>,
}

/// What `createLineup` and `updateLineup` answer.
#[derive(SimpleObject)]
pub struct LineupPayload {
    /// The line-up as it is now; null when `problem` says why not.
    lineup: Option<Lineup>,
    /// Why nothing changed; null when it did.
    problem: Option<ChannelProblem>,
}

/// What `deleteLineup` needs.
#[derive(InputObject)]
pub struct DeleteLineupInput {
    /// Which line-up.
    id: ID,
}

/// What `deleteLineup` answers.
#[derive(SimpleObject)]
pub struct DeleteLineupPayload {
    /// The line-up that is gone; null when `problem` says why not.
    deleted_lineup_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<ChannelProblem>,
}

/// What `createBlackout` needs: either a channel or a programme.
#[derive(InputObject)]
pub struct CreateBlackoutInput {
    /// The channel. What it shows in the window cannot be watched later, either.
    channel_id: Option<ID>,
    /// The programme. Its channel cannot be watched while it is on.
    programme_id: Option<ID>,
    /// What is taken away; everything when absent.
    scope: Option<BlackoutScope>,
    /// Where: countries (ISO 3166-1) and their parts (ISO 3166-2); everywhere when absent or empty.
    regions: Option<Vec<String>>,
    /// From; always when absent.
    starts_at: Option<DateTime<Utc>>,
    /// Until; for ever when absent.
    ends_at: Option<DateTime<Utc>>,
    /// Why, for staff; at most 500 bytes.
    reason: String,
}

impl CreateBlackoutInput {
    fn read(self) -> Result<NewBlackout> {
        let concerned = match (&self.channel_id, &self.programme_id) {
            (Some(id), None) => Concerned::Channel(ChannelId::parse("input.channelId", id)?.0),
            (None, Some(id)) => Concerned::Programme(ProgrammeId::parse("input.programmeId", id)?.0),
            _ => return Err(Refusal::bad_input("input", "give either channelId or programmeId").into()),
        };
        Ok(NewBlackout {
            concerned,
            scope: self.scope.unwrap_or(BlackoutScope::Everything).into(),
            patch: BlackoutPatch {
                scope: None,
                regions: self.regions,
                starts_at: self.starts_at.into(),
                ends_at: self.ends_at.into(),
                reason: Some(self.reason),
            },
        })
    }
}

/// What `updateBlackout` needs.
#[derive(InputObject)]
pub struct UpdateBlackoutInput {
    /// Which blackout.
    id: ID,
    /// What is taken away.
    scope: Option<BlackoutScope>,
    /// Where; empty is everywhere.
    regions: Option<Vec<String>>,
    /// From; null is always.
    starts_at: MaybeUndefined<DateTime<Utc>>,
    /// Until; null is for ever.
    ends_at: MaybeUndefined<DateTime<Utc>>,
    /// Why, for staff; at most 500 bytes.
    reason: Option<String>,
}

/// What `createBlackout` and `updateBlackout` answer.
#[derive(SimpleObject)]
pub struct BlackoutPayload {
    /// The blackout as it is now; null when `problem` says why not.
    blackout: Option<Blackout>,
    /// Why nothing changed; null when it did.
    problem: Option<ChannelProblem>,
}

/// What `deleteBlackout` needs.
#[derive(InputObject)]
pub struct DeleteBlackoutInput {
    /// Which blackout.
    id: ID,
}

/// What `deleteBlackout` answers.
#[derive(SimpleObject)]
pub struct DeleteBlackoutPayload {
    /// The blackout that is lifted; null when `problem` says why not.
    deleted_blackout_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<ChannelProblem>,
}
