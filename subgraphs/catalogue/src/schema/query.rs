//! Root fields.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use auth::Role;
use graphql::{
    Count, PageInput, Require, Result, connection,
    directives::{CacheControl, CacheScope, RequiresRole},
    page_request,
};
use kernel::{Page, PageRequest, PersonId, TitleId};

use super::{
    inputs::{MovieFilterInput, TitleFilterInput},
    types::{
        episode::Episode,
        genre::Genre,
        lists::{EpisodeConnection, MovieConnection, SeriesConnection, TitleConnection, VideoConnection},
        movie::Movie,
        person::Person,
        series::Series,
        title::{Row, Title, catalogue, visible},
        video::Video,
    },
};
use crate::{
    entities::title::{self, Kind},
    loaders::loaders,
    service::{MovieFilter, TitleFilter},
};

/// What can be read.
#[derive(Default)]
pub struct Roots;

async fn find(ctx: &Context<'_>, id: &ID, kind: Kind) -> Result<Option<Row>> {
    let id = TitleId::parse("id", id)?;
    Ok(visible(ctx, id.0).await?.filter(|row| row.kind == kind))
}

/// What can be read.
#[Object]
impl Roots {
    /// The title `id`, of whatever kind; null when there is none that the viewer may know of.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Title>> {
        let id = TitleId::parse("id", &id)?;
        Ok(visible(ctx, id.0).await?.map(Title::from))
    }

    /// The movie `id`; null when there is none.
    async fn movie(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Movie>> {
        Ok(find(ctx, &id, Kind::Movie).await?.map(Movie::from))
    }

    /// The series `id`; null when there is none.
    async fn series(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Series>> {
        Ok(find(ctx, &id, Kind::Series).await?.map(Series::from))
    }

    /// The episode `id`; null when there is none.
    async fn episode(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Episode>> {
        Ok(find(ctx, &id, Kind::Episode).await?.map(Episode::from))
    }

    /// The video `id`; null when there is none.
    async fn video(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Result<Option<Video>> {
        Ok(find(ctx, &id, Kind::Video).await?.map(Video::from))
    }

    /// The person `id`; null when there is none.
    async fn person(&self, ctx: &Context<'_>, #[graphql(desc = "Their id.")] id: ID) -> Result<Option<Person>> {
        let id = PersonId::parse("id", &id)?;
        Ok(loaders(ctx).people.load(id.0).await?.map(Person))
    }

    /// All genres, by name.
    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        let rows = catalogue(ctx).all_genres().await?;
        Ok(rows.into_iter().map(|row| Genre(Arc::new(row))).collect())
    }

    /// Published movies, series and videos, newest first.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn latest_titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<TitleConnection> {
        let catalogue = catalogue(ctx).clone();
        let page = catalogue.latest(&page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let catalogue = catalogue.clone();
            async move { Ok(catalogue.count_latest().await?) }
        });
        Ok(connection(page.map(|row| Title::from(Arc::new(row))), count))
    }

    /// Published movies, by name.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn movies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when absent.")] filter: Option<MovieFilterInput>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<MovieConnection> {
        let (page, count) = filtered(ctx, Kind::Movie, filter, &page_request(first, after, page)?).await?;
        Ok(connection(page.map(|row| Movie::from(Arc::new(row))), count))
    }

    /// Published series, by name.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn series_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when absent.")] filter: Option<MovieFilterInput>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<SeriesConnection> {
        let (page, count) = filtered(ctx, Kind::Series, filter, &page_request(first, after, page)?).await?;
        Ok(connection(page.map(|row| Series::from(Arc::new(row))), count))
    }

    /// Published videos by members, by name.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn videos(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when absent.")] filter: Option<MovieFilterInput>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<VideoConnection> {
        let (page, count) = filtered(ctx, Kind::Video, filter, &page_request(first, after, page)?).await?;
        Ok(connection(page.map(|row| Video::from(Arc::new(row))), count))
    }

    /// Published episodes of a series, season by season; null when there is no such series.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn episodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which series.")] series_id: ID,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<EpisodeConnection>> {
        let Some(series) = find(ctx, &series_id, Kind::Series).await? else {
            return Ok(None);
        };
        let (catalogue, series) = (catalogue(ctx).clone(), series.id);
        let page = catalogue
            .episodes_of(series, &page_request(first, after, page)?)
            .await?;
        let count = Count::lazy(move || {
            let catalogue = catalogue.clone();
            async move { Ok(catalogue.count_episodes_of(series).await?) }
        });
        Ok(Some(connection(page.map(|row| Episode::from(Arc::new(row))), count)))
    }

    /// Titles in any state, last changed first. Editors only.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn admin_titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when absent.")] filter: Option<TitleFilterInput>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<TitleConnection> {
        let filter = TitleFilter::try_from(filter.unwrap_or_default())?;
        let catalogue = catalogue(ctx).clone();
        let page = catalogue.edited(&filter, &page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let catalogue = catalogue.clone();
            async move { Ok(catalogue.count_edited(&filter).await?) }
        });
        Ok(connection(page.map(|row| Title::from(Arc::new(row))), count))
    }
}

/// A page of what is published of a kind, by name, and how many there are.
async fn filtered(
    ctx: &Context<'_>,
    kind: Kind,
    filter: Option<MovieFilterInput>,
    request: &PageRequest,
) -> Result<(Page<title::Model>, Count)> {
    let filter = MovieFilter::try_from(filter.unwrap_or_default())?;
    let catalogue = catalogue(ctx).clone();
    let page = catalogue.filtered(kind, &filter, request).await?;
    let count = Count::lazy(move || {
        let (catalogue, filter) = (catalogue.clone(), filter.clone());
        async move { Ok(catalogue.count_filtered(kind, &filter).await?) }
    });
    Ok((page, count))
}
