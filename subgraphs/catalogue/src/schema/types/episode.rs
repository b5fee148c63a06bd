//! Episodes.

use async_graphql::{Context, MergedObject, Object};
use auth::Role;
use graphql::{
    Require, Result,
    directives::{CacheControl, CacheScope, RequiresRole},
};

use super::{
    asset::MediaAsset,
    season::Season,
    series::Series,
    title::{Common, Kinded, Row, visible},
};
use crate::loaders::loaders;

/// An episode of a season.
#[derive(MergedObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Episode(Common, EpisodeFields);

/// What only an episode has.
pub struct EpisodeFields(Row);

impl From<Row> for Episode {
    fn from(row: Row) -> Self {
        Self(Common(row.clone()), EpisodeFields(row))
    }
}

impl Kinded for Episode {
    fn common(&self) -> &Common {
        &self.0
    }
}

/// What only an episode has.
#[Object]
impl EpisodeFields {
    /// Its number in the season, from 1.
    async fn number(&self) -> i32 {
        self.0.number.unwrap_or_default()
    }

    /// Its length in seconds; null when unknown.
    async fn runtime_seconds(&self) -> Option<i32> {
        self.0.runtime_seconds
    }

    /// Its series; null when that is not published.
    async fn series(&self, ctx: &Context<'_>) -> Result<Option<Series>> {
        let Some(id) = self.0.series_id else { return Ok(None) };
        Ok(visible(ctx, id).await?.map(Series::from))
    }

    /// Its season; null when that is not published.
    async fn season(&self, ctx: &Context<'_>) -> Result<Option<Season>> {
        let Some(id) = self.0.parent_id else { return Ok(None) };
        Ok(visible(ctx, id).await?.map(Season::from))
    }

    /// What is played, for editors; null while there is none.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn asset(&self, ctx: &Context<'_>) -> Result<Option<MediaAsset>> {
        let Some(asset) = self.0.asset_id else { return Ok(None) };
        Ok(loaders(ctx).assets.load(asset).await?.map(MediaAsset))
    }

    /// Packages it belongs to, for editors; empty when it is free.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn packages(&self) -> &[String] {
        &self.0.packages.0
    }
}
