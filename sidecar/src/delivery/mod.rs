//! Bytes for players: ranges, playlists, segments, pictures. Key-value store and objects only, never a database.

mod answer;
mod images;
mod looped;
mod objects;
mod signed;
mod stream;

use std::sync::Arc;

use auth::PathSigner;
use axum::{Router, routing::get};
use cache::Kv;
use kernel::Clock;
use runtime::Platform;
use storage::Storage;

use objects::Objects;

/// What delivery is given. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    kv: Arc<dyn Kv>,
    storage: Arc<dyn Storage>,
    paths: PathSigner,
    clock: Arc<dyn Clock>,
    objects: Objects,
}

impl Delivery {
    /// Takes its ports, and nothing else, from the platform.
    pub fn new(platform: &Platform) -> Self {
        Self {
            kv: Arc::clone(&platform.kv),
            storage: Arc::clone(&platform.storage),
            paths: platform.paths.clone(),
            clock: Arc::clone(&platform.clock),
            objects: Objects::new(Arc::clone(&platform.storage)),
        }
    }
}

/// The routes of delivery; `get` answers HEAD, too.
pub fn routes(delivery: Delivery) -> Router {
    Router::new()
        .route("/api/v1/stream/{token}", get(stream::original))
        .route("/api/v1/images/{id}", get(images::image))
        .route(
            "/s/{signature}/v/{asset}/{revision}/{scheme}/{*file}",
            get(signed::file),
        )
        .route("/s/{signature}/l/{asset}/{revision}/{part}/{*file}", get(looped::file))
        .with_state(delivery)
}
