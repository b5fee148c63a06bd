//! Something that can be found.

use kernel::Instant;
use schema::events::{
    catalogue::{TitleFacts, TitleKind},
    livetv::{ChannelChanged, ProgrammeChange},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A film.
    Movie,
    /// A series.
    Series,
    /// An episode of a series.
    Episode,
    /// A video that a member uploaded.
    Video,
    /// A linear channel.
    Channel,
    /// A showing that has not ended.
    Programme,
    /// Somebody with a credit.
    Person,
}

impl Kind {
    /// All kinds; suggestions that are equally good are in this order.
    pub const ALL: [Self; 7] = [
        Self::Movie,
        Self::Series,
        Self::Person,
        Self::Channel,
        Self::Video,
        Self::Episode,
        Self::Programme,
    ];

    /// The name in the database, the index and the graph.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Movie => "MOVIE",
            Self::Series => "SERIES",
            Self::Episode => "EPISODE",
            Self::Video => "VIDEO",
            Self::Channel => "CHANNEL",
            Self::Programme => "PROGRAMME",
            Self::Person => "PERSON",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind of a title; a season is found by its series.
    pub const fn of_title(kind: TitleKind) -> Option<Self> {
        match kind {
            TitleKind::Movie => Some(Self::Movie),
            TitleKind::Series => Some(Self::Series),
            TitleKind::Episode => Some(Self::Episode),
            TitleKind::Video => Some(Self::Video),
            TitleKind::Season => None,
        }
    }
}

/// A genre, by name and, for titles, by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenreName {
    /// Its id in the catalogue; a programme's category has none.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
}

/// Something that can be found, as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Id of the title, channel, programme or person.
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// Its name: what suggestions complete.
    pub name: String,
    /// Another name: a programme's subtitle, a channel's number.
    pub other_name: Option<String>,
    /// Names of its people.
    pub people: Vec<String>,
    /// Its genres or categories.
    pub genres: Vec<GenreName>,
    /// Free words.
    pub tags: Vec<String>,
    /// What it is about.
    pub about: String,
    /// Year of release.
    pub year: Option<i32>,
    /// It cannot be found from here on.
    pub ends_at: Option<Instant>,
}

impl Document {
    fn named(id: Uuid, kind: Kind, name: String) -> Self {
        Self {
            id,
            kind,
            name,
            other_name: None,
            people: Vec::new(),
            genres: Vec::new(),
            tags: Vec::new(),
            about: String::new(),
            year: None,
            ends_at: None,
        }
    }

    /// A title; `None` for a season.
    pub fn of_title(facts: &TitleFacts) -> Option<Self> {
        let kind = Kind::of_title(facts.kind)?;
        let genre = |genre: &schema::events::catalogue::GenreRef| GenreName {
            id: Some(genre.id.0),
            name: genre.name.clone(),
        };
        Some(Self {
            people: facts.people.iter().map(|person| person.name.clone()).collect(),
            genres: facts.genres.iter().map(genre).collect(),
            tags: facts.tags.clone(),
            about: facts.synopsis.clone(),
            year: facts.release_year,
            ..Self::named(facts.title.0, kind, facts.name.clone())
        })
    }

    /// A person with a credit.
    pub fn of_person(id: Uuid, name: &str) -> Self {
        Self::named(id, Kind::Person, name.to_owned())
    }

    /// A channel.
    pub fn of_channel(channel: &ChannelChanged) -> Self {
        Self {
            other_name: Some(channel.number.clone()),
            ..Self::named(channel.channel.0, Kind::Channel, channel.name.clone())
        }
    }

    /// A programme.
    pub fn of_programme(programme: &ProgrammeChange) -> Self {
        let categories = programme.categories.iter();
        Self {
            other_name: programme.subtitle.clone(),
            genres: categories
                .map(|name| GenreName {
                    id: None,
                    name: name.clone(),
                })
                .collect(),
            about: programme.description.clone().unwrap_or_default(),
            ends_at: Some(programme.ends_at),
            ..Self::named(programme.programme.0, Kind::Programme, programme.title.clone())
        }
    }
}
