//! Federation keys in, objects out. An unknown or malformed key is nobody, never an error: one error would cost every
//! object of the router's batch.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use uuid::Uuid;

use super::types::{
    episode::Episode,
    genre::Genre,
    movie::Movie,
    person::Person,
    season::Season,
    series::Series,
    title::{Row, Title, visible},
    video::Video,
};
use crate::{entities::title::Kind, loaders::loaders};

/// The entities of the catalogue.
#[derive(Default)]
pub struct References;

fn key(id: &ID) -> Option<Uuid> {
    kernel::parse_uuid("id", id).ok()
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Row>> {
    match key(id) {
        Some(id) => visible(ctx, id).await,
        None => Ok(None),
    }
}

async fn find_kind(ctx: &Context<'_>, id: &ID, kind: Kind) -> Result<Option<Row>> {
    Ok(find(ctx, id).await?.filter(|row| row.kind == kind))
}

/// The entities of the catalogue.
#[Object]
impl References {
    #[graphql(entity)]
    async fn find_title(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Title>> {
        Ok(find(ctx, &id).await?.map(Title::from))
    }

    #[graphql(entity)]
    async fn find_movie(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Movie>> {
        Ok(find_kind(ctx, &id, Kind::Movie).await?.map(Movie::from))
    }

    #[graphql(entity)]
    async fn find_series(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Series>> {
        Ok(find_kind(ctx, &id, Kind::Series).await?.map(Series::from))
    }

    #[graphql(entity)]
    async fn find_season(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Season>> {
        Ok(find_kind(ctx, &id, Kind::Season).await?.map(Season::from))
    }

    #[graphql(entity)]
    async fn find_episode(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Episode>> {
        Ok(find_kind(ctx, &id, Kind::Episode).await?.map(Episode::from))
    }

    #[graphql(entity)]
    async fn find_video(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Video>> {
        Ok(find_kind(ctx, &id, Kind::Video).await?.map(Video::from))
    }

    #[graphql(entity)]
    async fn find_person(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Person>> {
        let Some(id) = key(&id) else { return Ok(None) };
        Ok(loaders(ctx).people.load(id).await?.map(Person))
    }

    #[graphql(entity)]
    async fn find_genre(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Genre>> {
        let Some(id) = key(&id) else { return Ok(None) };
        Ok(loaders(ctx).genres.load(id).await?.map(Genre))
    }
}
