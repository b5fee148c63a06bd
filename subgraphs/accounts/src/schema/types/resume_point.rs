//! `ResumePoint` and `WatchHistoryEntry`: where a profile stands in a title.

use async_graphql::Object;
use graphql::ListName;
use kernel::{Instant, TitleId};

use super::title::Title;
use crate::entities::resume_point;

/// The name of lists of what is to be continued.
pub struct ContinueWatching;

impl ListName for ContinueWatching {
    const NAME: &'static str = "ContinueWatching";
}

/// The name of lists of what was watched.
pub struct WatchHistory;

impl ListName for WatchHistory {
    const NAME: &'static str = "WatchHistory";
}

fn seconds(millis: i64) -> i32 {
    i32::try_from(millis / 1000).unwrap_or(i32::MAX)
}

pub struct ResumePoint(pub(crate) resume_point::Model);

/// Where a profile stands in a title.
#[Object]
impl ResumePoint {
    /// Seconds from the beginning.
    async fn position_seconds(&self) -> i32 {
        seconds(self.0.position_ms)
    }

    /// Length of the title in seconds; null when it is not known.
    async fn duration_seconds(&self) -> Option<i32> {
        self.0.duration_ms.map(seconds)
    }

    /// Whether it was watched to the end (95 %).
    async fn finished(&self) -> bool {
        self.0.finished
    }

    /// When it was watched last.
    async fn updated_at(&self) -> Instant {
        self.0.watched_at
    }

    /// The title; null when it can no longer be found.
    async fn title(&self) -> Option<Title> {
        Some(Title(TitleId(self.0.title_id)))
    }
}

pub struct WatchHistoryEntry(pub(crate) resume_point::Model);

/// A title that a profile watched, in part or whole.
#[Object]
impl WatchHistoryEntry {
    /// When it was watched last.
    async fn watched_at(&self) -> Instant {
        self.0.watched_at
    }

    /// How far, in seconds from the beginning.
    async fn position_seconds(&self) -> i32 {
        seconds(self.0.position_ms)
    }

    /// Length of the title in seconds; null when it is not known.
    async fn duration_seconds(&self) -> Option<i32> {
        self.0.duration_ms.map(seconds)
    }

    /// Whether it was watched to the end (95 %).
    async fn finished(&self) -> bool {
        self.0.finished
    }

    /// The title; null when it can no longer be found.
    async fn title(&self) -> Option<Title> {
        Some(Title(TitleId(self.0.title_id)))
    }
}
