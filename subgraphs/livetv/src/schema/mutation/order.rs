//! Many channels at once, and those that were deleted.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::{ChannelId, Refusal};
use uuid::Uuid;

use super::{ChannelProblem, actor, split};
use crate::{
    schema::types::{channel::Channel, livetv},
    service::{MAX_CHANNELS, Order},
};

/// Many channels at once, and those that were deleted.
#[derive(Default)]
pub struct OrderMutations;

/// Many channels at once, and those that were deleted.
#[Object]
impl OrderMutations {
    /// Numbers channels anew, all or none: numbers may be swapped.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn reorder_channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order: either `ids` or `assignments`.")] input: ReorderChannelsInput,
    ) -> Result<ReorderChannelsPayload> {
        let order = input.read()?;
        let (channels, problem) = split(livetv(ctx).reorder_channels(&actor(ctx)?, order).await?);
        Ok(ReorderChannelsPayload {
            channels: channels.map(|rows| rows.into_iter().map(Channel::new).collect()),
            problem,
        })
    }

    /// Brings a deleted channel back; its programmes come with the next guide.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn restore_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which channel.")] input: RestoreChannelInput,
    ) -> Result<RestoreChannelPayload> {
        let id = ChannelId::parse("input.id", &input.id)?;
        let restored = livetv(ctx).restore_channel(&actor(ctx)?, id, input.number).await?;
        let (channel, problem) = split(restored);
        Ok(RestoreChannelPayload {
            channel: channel.map(Channel::new),
            problem,
        })
    }
}

/// What `reorderChannels` needs: one of the two lists, of at most 500 channels.
#[derive(InputObject)]
pub struct ReorderChannelsInput {
    /// Channels that share out the numbers they have, in this order.
    ids: Option<Vec<ID>>,
    /// Channels and their new numbers.
    assignments: Option<Vec<ChannelNumberInput>>,
}

/// A channel and its new number.
#[derive(InputObject)]
pub struct ChannelNumberInput {
    /// The channel.
    id: ID,
    /// Its place on the remote: `5` or `5.1`.
    number: String,
}

impl ReorderChannelsInput {
    fn read(self) -> Result<Order> {
        let bounded = |count: usize| {
            let limit = Refusal::limit("channels", MAX_CHANNELS as u64, count as u64).with("field", "input");
            if count > MAX_CHANNELS { Err(limit) } else { Ok(()) }
        };
        let parse = |field: &str, id: &ID| -> Result<Uuid> { Ok(ChannelId::parse(field, id)?.0) };
        match (self.ids, self.assignments) {
            (Some(ids), None) => {
                bounded(ids.len())?;
                let ids = ids.iter().map(|id| parse("input.ids", id)).collect::<Result<_>>()?;
                Ok(Order::Ids(ids))
            }
            (None, Some(all)) => {
                bounded(all.len())?;
                let read = |one: ChannelNumberInput| Ok((parse("input.assignments", &one.id)?, one.number));
                Ok(Order::Assignments(all.into_iter().map(read).collect::<Result<_>>()?))
            }
            _ => Err(Refusal::bad_input("input", "give either ids or assignments").into()),
        }
    }
}

/// What `reorderChannels` answers.
#[derive(SimpleObject)]
pub struct ReorderChannelsPayload {
    /// The channels by their new numbers; null when `problem` says why not.
    channels: Option<Vec<Channel>>,
    /// Why nothing changed; null when it did.
    problem: Option<ChannelProblem>,
}

/// What `restoreChannel` needs.
#[derive(InputObject)]
pub struct RestoreChannelInput {
    /// Which channel.
    id: ID,
    /// Its number; the one it had when absent.
    number: Option<String>,
}

/// What `restoreChannel` answers.
#[derive(SimpleObject)]
pub struct RestoreChannelPayload {
    /// The channel; null when `problem` says why not.
    channel: Option<Channel>,
    /// Why it was not brought back; null when it was.
    problem: Option<ChannelProblem>,
}
