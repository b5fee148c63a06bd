//! Pictures.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use graphql::{Result, directives::CacheWithParent};

use crate::entities::artwork;

/// What a picture is for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "artwork::Kind")]
pub enum ArtworkKind {
    /// Upright, 2:3.
    Poster,
    /// Wide, 16:9.
    Backdrop,
    /// A frame of the film, 16:9.
    Still,
    /// A person, square.
    Portrait,
}

/// A picture of a title or a person.
pub struct Artwork(pub(crate) Arc<artwork::Model>);

/// A picture of a title or a person.
#[Object(directive = CacheWithParent::apply())]
impl Artwork {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it is for.
    async fn kind(&self) -> ArtworkKind {
        self.0.kind.into()
    }

    /// Where it is: absolute, without a sign-in, cacheable for ever.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(super::title::catalogue(ctx).image_url(self.0.id))
    }

    /// Pixels across.
    async fn width(&self) -> i32 {
        self.0.width
    }

    /// Pixels down.
    async fn height(&self) -> i32 {
        self.0.height
    }
}
