//! Root fields that read.

mod admin;
mod lineups;
mod personal;
mod sources;

use async_graphql::{Context, ID, MergedObject, Object};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{
    Connection, Count, PageInput, Require, Result, connection,
    directives::{CacheControl, CacheScope, ListSize, RequiresRole, Size},
    page_request,
};
use kernel::{ChannelId, ImportId, ProgrammeId, parse_uuid};
use uuid::Uuid;

use super::{
    references::References,
    types::{
        asked,
        channel::{Channel, ChannelFilter, ChannelOrder, ChannelSchedule, Channels},
        import::{EpgImport, EpgImports},
        livetv, loaders,
        programme::Programme,
    },
};
use crate::service::{self, Window};

/// Root fields of live TV that read.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(
    GuideQuery,
    admin::AdminQuery,
    lineups::RegionQuery,
    sources::SourceQuery,
    personal::PersonalQuery,
    References,
);

/// The guide.
#[derive(Default)]
pub struct GuideQuery;

/// The guide.
#[Object]
impl GuideQuery {
    /// All channels; those of one line-up when it is named, with their numbers there.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the graph")]
    async fn channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
        #[graphql(desc = "Which channels.")] filter: Option<ChannelFilter>,
        #[graphql(desc = "In which order.", default)] order_by: ChannelOrder,
        #[graphql(desc = "Only channels of this line-up.")] lineup: Option<ID>,
    ) -> Result<Connection<Channel, Channels>> {
        let request = page_request(first, after, page)?;
        let lineup = lineup.map(|id| parse_uuid("lineup", &id)).transpose()?;
        let filter = filter.unwrap_or_default().read(order_by, lineup);
        let livetv = livetv(ctx).clone();
        let page = livetv.list_channels(&filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_channels(&filter).await?) }
        });
        Ok(connection(page.map(Channel::numbered), count))
    }

    /// A channel; null when there is none of this id.
    async fn channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The channel's id.")] id: ID,
    ) -> Result<Option<Channel>> {
        let id = ChannelId::parse("id", &id)?;
        Ok(loaders(ctx).channels.load(id.0).await?.map(Channel::new))
    }

    /// The guide grid, by channel number: programmes that overlap `[from, to)`, at most 48 hours of at most 500 channels.
    #[graphql(
        complexity = "50 * child_complexity",
        directive = ListSize::apply(Size::by_argument(&["channelIds"]).or_assumed(50))
    )]
    async fn epg(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which channels; all when absent. Unknown ones are left out.")] channel_ids: Option<Vec<ID>>,
        #[graphql(desc = "First instant.")] from: DateTime<Utc>,
        #[graphql(desc = "First instant after the window.")] to: DateTime<Utc>,
    ) -> Result<Vec<ChannelSchedule>> {
        let window = Window::try_new(from, to)?;
        let channels = channel_ids.as_deref().map(parse_channels).transpose()?;
        let depth = asked::depth(&ctx.field(), "programmes");
        let grid = livetv(ctx).grid(channels.as_deref(), window, depth).await?;
        Ok(grid.into_iter().map(ChannelSchedule).collect())
    }

    /// A programme; null when there is none of this id.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme's id.")] id: ID,
    ) -> Result<Option<Programme>> {
        let id = ProgrammeId::parse("id", &id)?;
        Ok(loaders(ctx).programmes.load(id.0).await?.map(Programme::new))
    }

    /// Guide imports, latest first. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn epg_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<EpgImport, EpgImports>> {
        let request = page_request(first, after, page)?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_imports(&request).await?;
        let count = Count::lazy(move || {
            let livetv = livetv.clone();
            async move { Ok(livetv.count_imports().await?) }
        });
        Ok(connection(page.map(EpgImport), count))
    }

    /// A guide import; null when there is none of this id, or it has not begun. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn epg_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The import's id: the upload's `importId`.")] id: ID,
    ) -> Result<Option<EpgImport>> {
        let id = ImportId::parse("id", &id)?;
        Ok(livetv(ctx).find_import(id.0).await?.map(EpgImport))
    }
}

/// Reads the argument `channelIds`.
pub(super) fn parse_channels(ids: &[ID]) -> Result<Vec<Uuid>> {
    // Before each is read: a list of a million is refused by its length.
    if ids.len() > service::MAX_CHANNELS {
        let limit = kernel::Refusal::limit("channels", service::MAX_CHANNELS as u64, ids.len() as u64);
        return Err(limit.with("field", "channelIds").into());
    }
    let ids = ids.iter().map(|id| Ok(ChannelId::parse("channelIds", id)?.0));
    ids.collect()
}
