//! Use cases by noun; the only room that opens transactions and raises events.

mod bulk;
mod editing;
mod episodes;
mod facts;
mod lists;
mod problem;
mod publishing;
mod reads;
mod videos;

use std::sync::Arc;

use database::Database;

pub use bulk::Shelf;
pub use editing::Part;
pub use lists::{MovieFilter, TitleFilter};
pub use problem::{Changed, Problem};
pub use reads::EpisodePage;
pub use videos::VideoDetails;

/// The catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue {
    database: Database,
    media_url: Arc<str>,
}

impl Catalogue {
    /// The catalogue over its database; pictures are served below `media_url`.
    pub fn new(database: Database, media_url: &str) -> Self {
        Self {
            database,
            media_url: media_url.into(),
        }
    }

    /// Where a picture is.
    pub fn image_url(&self, picture: uuid::Uuid) -> String {
        format!("{}/api/v1/images/{picture}", self.media_url)
    }
}
