//! Root fields that stay open.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription as GraphqlSubscription};
use auth::Role;
use futures_util::{Stream, StreamExt};
use graphql::{
    Require, Result, SignedIn,
    directives::{Authenticated, CacheScope, RequiresRole, SharedStream, StreamJoin},
};
use kernel::{ChannelId, ImportId};

use super::{
    query::parse_channels,
    types::{
        channel::ChannelNowNext, livetv, moment, owner::owner, progress::EpgImportProgress, reminder::ReminderDue,
        update::GuideUpdate, window::TimeWindow,
    },
};
use crate::{domain::cursor::Place, loaders::Loaders, service::Window};

/// Root fields of live TV that stay open.
pub struct Subscription;

/// Root fields of live TV that stay open.
#[GraphqlSubscription]
impl Subscription {
    /// Changes of the guide: one message for each committed change, only true changes. The first message has no
    /// changes: it tells the cursor from which the subscription goes on.
    #[graphql(directive = SharedStream::apply(StreamJoin::Replay, CacheScope::Public))]
    async fn epg_updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which channels; all when absent.")] channel_ids: Option<Vec<ID>>,
        #[graphql(desc = "Only what touches this time: what was or is on in it. Absent: the whole guide.")]
        window: Option<TimeWindow>,
        #[graphql(
            desc = "Resume after this cursor: nothing missed, nothing twice. One that is too old is answered by RESYNC."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<GuideUpdate>> + use<>> {
        let channels = channel_ids.as_deref().map(parse_channels).transpose()?;
        let after = after.map(|after| Place::parse(&after)).transpose()?;
        let livetv = livetv(ctx).clone();
        let window = window.map(Window::try_from).transpose()?;
        let updates = livetv.watch_guide(channels, window, after).await?;
        let moment = moment(ctx).clone();
        Ok(updates.map(move |update| {
            let fresh = moment.loaders(&livetv);
            Ok(GuideUpdate { update: update?, fresh })
        }))
    }

    /// How far an import is: the present state first, then each change, a few times a second at most, until it is over.
    /// For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn epg_import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import's id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<EpgImportProgress>> + use<>> {
        let id = ImportId::parse("id", &id)?;
        let states = livetv(ctx).watch_import(id);
        Ok(states.map(|state| Ok(EpgImportProgress(state?))))
    }

    /// What is on these channels: first the present state of each, then each change, by schedule or by the clock.
    #[graphql(directive = SharedStream::apply(StreamJoin::Replay, CacheScope::Public))]
    async fn now_next(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which channels, at most 500.")] channel_ids: Vec<ID>,
    ) -> Result<impl Stream<Item = Result<ChannelNowNext>> + use<>> {
        let channels = parse_channels(&channel_ids)?.into_iter().map(ChannelId).collect();
        let livetv = livetv(ctx).clone();
        let states = livetv.watch_now_next(channels).await?;
        let moment = moment(ctx).clone();
        Ok(states.map(move |on_air| {
            let fresh = moment.loaders(&livetv);
            Ok(ChannelNowNext { on_air, fresh })
        }))
    }

    /// Reminders of a profile: first those that are due already and whose programme has not begun, then each when it is
    /// due. The guide may move a programme: its reminder moves with it, and one whose programme is gone is told at once.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn reminder_due(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: ID,
    ) -> Result<impl Stream<Item = Result<ReminderDue>> + use<>> {
        let owner = owner(ctx, "profileId", &profile_id).await?;
        let livetv = livetv(ctx).clone();
        let due = livetv.watch_reminders(owner).await?;
        Ok(due.map(move |row| {
            let fresh = Arc::new(Loaders::new(&livetv));
            Ok(ReminderDue { row: row?, fresh })
        }))
    }
}
