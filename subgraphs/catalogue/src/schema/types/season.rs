//! Seasons.

use async_graphql::{Context, MergedObject, Object};
use graphql::{
    Count, Result, connection,
    directives::{CacheControl, CacheScope},
};
use kernel::{Page, PageRequest};

use super::{
    episode::Episode,
    lists::EpisodeConnection,
    series::{Series, count_parts},
    title::{Common, Kinded, Row, visible},
};
use crate::{loaders::loaders, service::EpisodePage};

/// A season of a series.
#[derive(MergedObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Season(Common, SeasonFields);

/// What only a season has.
pub struct SeasonFields(Row);

impl From<Row> for Season {
    fn from(row: Row) -> Self {
        Self(Common(row.clone()), SeasonFields(row))
    }
}

impl Kinded for Season {
    fn common(&self) -> &Common {
        &self.0
    }
}

/// What only a season has.
#[Object]
impl SeasonFields {
    /// Its number in the series, from 1.
    async fn number(&self) -> i32 {
        self.0.number.unwrap_or_default()
    }

    /// Its series; null when that is not published.
    async fn series(&self, ctx: &Context<'_>) -> Result<Option<Series>> {
        let Some(id) = self.0.series_id else { return Ok(None) };
        Ok(visible(ctx, id).await?.map(Series::from))
    }

    /// How many published episodes it has.
    #[graphql(directive = CacheControl::apply(0, CacheScope::Public))]
    async fn episode_count(&self, ctx: &Context<'_>) -> Result<i32> {
        count_parts(ctx, self.0.id).await
    }

    /// Its published episodes, by number.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn episodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
    ) -> Result<EpisodeConnection> {
        let request = PageRequest::try_new(first, after)?;
        let key = EpisodePage {
            season: self.0.id,
            first: request.first,
            after: request.after_key()?,
        };
        let parts = loaders(ctx).part_counts.clone();
        let season = self.0.id;
        let count = Count::lazy(move || {
            let parts = parts.clone();
            async move { Ok(parts.load(season).await?.unwrap_or_default().cast_unsigned()) }
        });
        let page = loaders(ctx).episodes.load(key).await?;
        let page = page.map_or_else(|| Page::empty(&request), |page| Page::clone(&page));
        Ok(connection(page.map(Episode::from), count))
    }
}
