//! What a model knows of a title.

use kernel::{Instant, TitleId};
use schema::events::catalogue::TitleKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A genre or a person by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A title that can be recommended, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its id.
    pub id: TitleId,
    /// What it is.
    pub kind: TitleKind,
    /// Its name.
    pub name: String,
    /// Its genres, the main one first.
    pub genres: Vec<Named>,
    /// Its people, directors first.
    pub people: Vec<Named>,
    /// Free words.
    pub tags: Vec<String>,
    /// Year of release.
    pub release_year: Option<i32>,
    /// Youngest age it is for.
    pub min_age: Option<i32>,
    /// The series of a season or an episode.
    pub series: Option<TitleId>,
    /// When it was published.
    pub published_at: Instant,
}

impl Title {
    /// Whether it stands by itself on a rail: seasons and episodes are shown by their series.
    pub const fn stands_alone(&self) -> bool {
        matches!(self.kind, TitleKind::Movie | TitleKind::Series | TitleKind::Video)
    }

    /// Whether somebody of `max_age` may see it; a title of unknown age is not for somebody with a limit.
    pub fn is_for(&self, max_age: Option<i32>) -> bool {
        max_age.is_none_or(|limit| self.min_age.is_some_and(|age| age <= limit))
    }
}
