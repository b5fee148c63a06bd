//! Line-ups for everybody, blackouts for editors.

use async_graphql::{Context, ID, Object};
use auth::Role;
use graphql::{Connection, Count, PageInput, Require, Result, connection, directives::RequiresRole, page_request};
use kernel::parse_uuid;

use crate::{
    schema::types::{
        blackout::{Blackout, BlackoutFilter, Blackouts},
        lineup::{Lineup, Lineups},
        livetv,
    },
    service,
};

/// Line-ups for everybody, blackouts for editors.
#[derive(Default)]
pub struct RegionQuery;

/// Line-ups for everybody, blackouts for editors.
#[Object]
impl RegionQuery {
    /// Line-ups, by name.
    async fn lineups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
        #[graphql(desc = "Only those for this region: `GB` or `GB-SCT`.")] region: Option<String>,
    ) -> Result<Connection<Lineup, Lineups>> {
        let request = page_request(first, after, page)?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_lineups(region.as_deref(), &request).await?;
        let count = Count::lazy(move || {
            let (livetv, region) = (livetv.clone(), region.clone());
            async move { Ok(livetv.count_lineups(region.as_deref()).await?) }
        });
        Ok(connection(page.map(Lineup), count))
    }

    /// A line-up; null when there is none of this id.
    async fn lineup(&self, ctx: &Context<'_>, #[graphql(desc = "The line-up's id.")] id: ID) -> Result<Option<Lineup>> {
        let id = parse_uuid("id", &id)?;
        Ok(livetv(ctx).find_lineup(id).await?.map(Lineup))
    }

    /// Blackouts, latest made first. For editors.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn blackouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
        #[graphql(desc = "Which blackouts.")] filter: Option<BlackoutFilter>,
    ) -> Result<Connection<Blackout, Blackouts>> {
        let request = page_request(first, after, page)?;
        let filter: service::BlackoutFilter = filter.unwrap_or_default().read()?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_blackouts(&filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_blackouts(&filter).await?) }
        });
        Ok(connection(page.map(Blackout), count))
    }
}
