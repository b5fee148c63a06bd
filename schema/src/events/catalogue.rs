//! What the catalogue tells.

use kernel::{AssetId, GenreId, Instant, PersonId, TitleId};
use serde::{Deserialize, Serialize};

use super::event;

/// What a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TitleKind {
    /// A film.
    Movie,
    /// A series: seasons of episodes.
    Series,
    /// A season of a series.
    Season,
    /// An episode of a season.
    Episode,
    /// Uploaded by a member.
    Video,
}

/// A genre by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenreRef {
    /// The genre.
    pub id: GenreId,
    /// Its name.
    pub name: String,
}

/// A person by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// The person.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// What is played: objects lie below `a/{asset}/{revision}/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetRef {
    /// The asset.
    pub id: AssetId,
    /// Its revision: a re-encode is a new one.
    pub revision: i32,
    /// Object key of the progressive original.
    pub original_key: String,
    /// Its size.
    pub original_bytes: i64,
    /// Its media type.
    pub original_type: String,
    /// Its length.
    pub duration_ms: i64,
}

/// What other services need to know of a title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleFacts {
    /// The title.
    pub title: TitleId,
    /// What it is.
    pub kind: TitleKind,
    /// Its name.
    pub name: String,
    /// Its synopsis.
    pub synopsis: String,
    /// Its genres.
    pub genres: Vec<GenreRef>,
    /// Its people.
    pub people: Vec<PersonRef>,
    /// Free words.
    pub tags: Vec<String>,
    /// Year of release.
    pub release_year: Option<i32>,
    /// Length.
    pub runtime_seconds: Option<i32>,
    /// Youngest age it is for, in years.
    pub min_age: Option<i32>,
    /// The packages it belongs to: a plan that grants one of them grants the title. Empty: free.
    pub packages: Vec<String>,
    /// The series of a season or an episode.
    pub series: Option<TitleId>,
    /// Number of the season of an episode, or of the season itself.
    pub season_number: Option<i32>,
    /// Number of an episode in its season.
    pub episode_number: Option<i32>,
    /// What is played; absent for a series, and while it is prepared.
    pub asset: Option<AssetRef>,
    /// When it was published.
    pub published_at: Instant,
    /// Grows with every change: an older event is passed over.
    pub version: i64,
}

/// A title can be found from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitlePublished {
    /// The title.
    pub title: TitleId,
    /// All of it.
    pub facts: TitleFacts,
}
event!(TitlePublished, "tv.catalogue.title.published.v1", title);

/// A published title changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleChanged {
    /// The title.
    pub title: TitleId,
    /// All of it.
    pub facts: TitleFacts,
}
event!(TitleChanged, "tv.catalogue.title.changed.v1", title);

/// A title can no longer be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleWithdrawn {
    /// The title.
    pub title: TitleId,
    /// Grows with every change.
    pub version: i64,
}
event!(TitleWithdrawn, "tv.catalogue.title.withdrawn.v1", title);

/// A member's video was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoCreated {
    /// The video.
    pub title: TitleId,
    /// When.
    pub at: Instant,
}
event!(VideoCreated, "tv.catalogue.video.created.v1", title);

/// A member's video was deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoDeleted {
    /// The video.
    pub title: TitleId,
    /// When.
    pub at: Instant,
}
event!(VideoDeleted, "tv.catalogue.video.deleted.v1", title);
