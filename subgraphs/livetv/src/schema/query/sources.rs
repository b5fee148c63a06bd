//! Root fields about sources of guides. For administrators.

use async_graphql::{Context, ID, Object};
use auth::Role;
use graphql::{Connection, Count, PageInput, Require, Result, connection, directives::RequiresRole, page_request};
use kernel::parse_uuid;

use crate::schema::types::{
    livetv,
    source::{ChannelMatch, ChannelMatches, GuideSource, GuideSources},
};

/// Root fields about sources of guides.
#[derive(Default)]
pub struct SourceQuery;

/// Root fields about sources of guides.
#[Object]
impl SourceQuery {
    /// Where guides come from, by name. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn guide_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<GuideSource, GuideSources>> {
        let request = page_request(first, after, page)?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_sources(&request).await?;
        let count = Count::lazy(move || {
            let livetv = livetv.clone();
            async move { Ok(livetv.count_sources().await?) }
        });
        Ok(connection(page.map(GuideSource), count))
    }

    /// A source of guides; null when there is none of this id. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn guide_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source's id.")] id: ID,
    ) -> Result<Option<GuideSource>> {
        let id = parse_uuid("id", &id)?;
        Ok(livetv(ctx).find_source(id).await?.map(GuideSource))
    }

    /// Which of our channels a source's channels are, the least sure first. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn channel_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which source; null: of guides that have none.")] source_id: Option<ID>,
        #[graphql(desc = "Only those of which nobody can say.")] only_uncertain: Option<bool>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Connection<ChannelMatch, ChannelMatches>> {
        let request = page_request(first, after, None)?;
        let source = source_id.map(|id| parse_uuid("sourceId", &id)).transpose()?;
        let only_uncertain = only_uncertain.unwrap_or_default();
        let livetv = livetv(ctx).clone();
        let page = livetv.list_matches(source, only_uncertain, &request).await?;
        let count = Count::lazy(move || {
            let livetv = livetv.clone();
            async move { Ok(livetv.count_matches(source, only_uncertain).await?) }
        });
        Ok(connection(page.map(ChannelMatch), count))
    }
}
