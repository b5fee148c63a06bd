//! Packaged films, for editors.

use std::sync::Arc;

use async_graphql::{ID, Object};

use crate::entities::asset;

/// A packaged film, as editors see it. Players get URLs by `startPlayback`.
pub struct MediaAsset(pub(crate) Arc<asset::Model>);

/// A packaged film, as editors see it. Players get URLs by `startPlayback`.
#[Object]
impl MediaAsset {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Grows with every packaging.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Length of the film in seconds.
    async fn duration_seconds(&self) -> i32 {
        i32::try_from(self.0.duration_ms / 1000).unwrap_or(i32::MAX)
    }

    /// Size of the original in bytes; null above 2 GiB, which GraphQL's `Int` cannot tell.
    async fn size_bytes(&self) -> Option<i32> {
        i32::try_from(self.0.original_bytes).ok()
    }

    /// Media type of the original.
    async fn content_type(&self) -> &str {
        &self.0.original_type
    }
}
