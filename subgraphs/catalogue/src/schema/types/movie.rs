//! Films.

use async_graphql::{Context, MergedObject, Object};
use auth::Role;
use graphql::{
    Require, Result,
    directives::{CacheControl, CacheScope, RequiresRole},
};

use super::{
    asset::MediaAsset,
    title::{Common, Kinded, Row},
};
use crate::loaders::loaders;

/// A film.
#[derive(MergedObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Movie(Common, MovieFields);

/// What only a film has.
pub struct MovieFields(Row);

impl From<Row> for Movie {
    fn from(row: Row) -> Self {
        Self(Common(row.clone()), MovieFields(row))
    }
}

impl Kinded for Movie {
    fn common(&self) -> &Common {
        &self.0
    }
}

/// What only a film has.
#[Object]
impl MovieFields {
    /// Its length in seconds; null when unknown.
    async fn runtime_seconds(&self) -> Option<i32> {
        self.0.runtime_seconds
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
