//! `WatchlistEntry`: a title that a profile means to watch.

use async_graphql::{Object, SimpleObject};
use graphql::ListName;
use kernel::{Instant, TitleId};

use super::title::Title;
use crate::entities::watchlist_entry;

/// The name of watchlists.
pub struct Watchlist;

impl ListName for Watchlist {
    const NAME: &'static str = "Watchlist";
}

/// What an edge of a watchlist carries beside its title.
#[derive(SimpleObject)]
pub struct WatchlistEdgeFields {
    /// When the title was put on the list.
    pub added_at: Instant,
}

pub struct WatchlistEntry(pub(crate) watchlist_entry::Model);

/// A title on a watchlist.
#[Object]
impl WatchlistEntry {
    /// When it was put there.
    async fn added_at(&self) -> Instant {
        self.0.added_at
    }

    /// The title; null when it can no longer be found.
    async fn title(&self) -> Option<Title> {
        Some(Title(TitleId(self.0.title_id)))
    }
}
