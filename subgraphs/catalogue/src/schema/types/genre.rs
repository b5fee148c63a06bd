//! Genres.

use std::sync::Arc;

use async_graphql::{ID, Object};

use crate::entities::genre;

/// A genre.
pub struct Genre(pub(crate) Arc<genre::Model>);

/// A genre.
#[Object]
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
