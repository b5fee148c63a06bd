//! Series.

use async_graphql::{Context, MergedObject, Object};
use graphql::{
    Result,
    directives::{CacheControl, CacheScope},
};
use uuid::Uuid;

use super::{
    season::Season,
    title::{Common, Kinded, Row},
};
use crate::loaders::loaders;

/// Seasons of episodes.
#[derive(MergedObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Series(Common, SeriesFields);

/// What only a series has.
pub struct SeriesFields(Row);

impl From<Row> for Series {
    fn from(row: Row) -> Self {
        Self(Common(row.clone()), SeriesFields(row))
    }
}

impl Kinded for Series {
    fn common(&self) -> &Common {
        &self.0
    }
}

/// What only a series has.
#[Object]
impl SeriesFields {
    /// How many published seasons it has.
    async fn season_count(&self, ctx: &Context<'_>) -> Result<i32> {
        count_parts(ctx, self.0.id).await
    }

    /// Its published seasons, by number.
    async fn seasons(&self, ctx: &Context<'_>) -> Result<Vec<Season>> {
        let Some(seasons) = loaders(ctx).seasons.load(self.0.id).await? else {
            return Ok(Vec::new());
        };
        Ok(seasons.iter().cloned().map(Season::from).collect())
    }
}

/// How many published parts a series or a season has.
pub(super) async fn count_parts(ctx: &Context<'_>, of: Uuid) -> Result<i32> {
    let count = loaders(ctx).part_counts.load(of).await?.unwrap_or_default();
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}
