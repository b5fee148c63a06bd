//! Genres.

use std::sync::Arc;

use async_graphql::{ID, Object};
use graphql::directives::{CacheControl, CacheScope};

use crate::entities::genre;

/// A genre.
pub struct Genre(pub(crate) Arc<genre::Model>);

/// A genre.
#[Object(directive = CacheControl::apply(60, CacheScope::Public))]
impl Genre {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its name, in English.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
