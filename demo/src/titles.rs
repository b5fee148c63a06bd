//! Movies, series and videos with their people and genres.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use chrono::TimeDelta;
use kernel::{GenreId, Instant, PersonId, TitleId};
use serde::Deserialize;

use crate::{
    ids::{Kind, hash, named},
    series,
};

/// What kind of work a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TitleKind {
    /// A film.
    Movie,
    /// A serial: seasons of episodes.
    Series,
    /// A season of a series.
    Season,
    /// An episode of a season.
    Episode,
    /// A short video that somebody uploaded.
    Video,
}

/// What somebody did for a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CreditRole {
    /// Directed it.
    Director,
    /// Plays in it.
    Actor,
}

/// A person's part in a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// Who.
    pub person: PersonId,
    /// Did what.
    pub role: CreditRole,
    /// Whom an actor plays.
    pub character: Option<String>,
}

/// A content rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRating {
    /// Who rates: `BBFC`.
    pub system: &'static str,
    /// The code: `PG`.
    pub code: &'static str,
    /// Years of age from which it is suitable.
    pub min_age: u8,
}

/// A work to watch.
#[derive(Debug, Clone)]
pub struct Title {
    /// Fixed id, made from kind and name.
    pub id: TitleId,
    /// Kind of work.
    pub kind: TitleKind,
    /// Its name.
    pub name: String,
    /// Two or three sentences of ours.
    pub synopsis: String,
    /// Year of first release.
    pub release_year: i32,
    /// Length in seconds; `None` for series and seasons.
    pub runtime_seconds: Option<i32>,
    /// For whom it is suitable.
    pub rating: ContentRating,
    /// Main genre first.
    pub genres: Vec<GenreId>,
    /// Directors, then the cast in order of billing.
    pub credits: Vec<Credit>,
    /// Free words.
    pub tags: Vec<String>,
    /// ISO 3166-1 code of the country of origin (`SU` for the Soviet Union).
    pub country: String,
    /// Packages that include it; empty when it is free.
    pub packages: Vec<String>,
    /// Whether it can be rented.
    pub rentable: bool,
    /// Whether it can be bought.
    pub purchasable: bool,
    /// What is special about its access rule.
    pub(crate) special: Special,
    /// The series of a season or an episode.
    pub series: Option<TitleId>,
    /// The season of an episode.
    pub season: Option<TitleId>,
    /// Number of a season in its series, of an episode in its season; from 1.
    pub number: Option<i32>,
    /// Seed of its artwork.
    pub seed: u64,
    /// How long before the start of the demo it was published.
    pub(crate) age: TimeDelta,
}

impl Title {
    /// When it was published, if the demo starts `now`: within the last eight weeks.
    pub fn published_at(&self, now: Instant) -> Instant {
        now - self.age
    }
}

/// Access rules that differ from "members of the package".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Special {
    /// Nothing special.
    #[default]
    #[serde(rename = "none")]
    None,
    /// Only in some countries.
    #[serde(rename = "territory")]
    Territory,
    /// Was available once.
    #[serde(rename = "past window")]
    PastWindow,
}

/// A genre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genre {
    /// Fixed id.
    pub id: GenreId,
    /// Its name.
    pub name: String,
}

/// A person with credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Fixed id.
    pub id: PersonId,
    /// The name as credited.
    pub name: String,
    /// Seed of the portrait.
    pub seed: u64,
}

/// One line of a data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    name: String,
    year: i32,
    minutes: Option<i32>,
    seconds: Option<i32>,
    #[serde(flatten)]
    work: Work,
}

/// What movies, videos and series have in common in the data files.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Work {
    pub(crate) rating: String,
    pub(crate) genres: Vec<String>,
    pub(crate) country: String,
    pub(crate) directors: Vec<String>,
    pub(crate) cast: Vec<(String, String)>,
    pub(crate) tags: Vec<String>,
    pub(crate) synopsis: String,
    #[serde(default)]
    access: Access,
    #[serde(default)]
    offers: Vec<String>,
    #[serde(default)]
    rule: Special,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Access {
    Free,
    #[default]
    Basic,
    Cinema,
}

struct Library {
    titles: Vec<Title>,
    by_id: HashMap<TitleId, usize>,
    people: Vec<Person>,
    genres: Vec<Genre>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(read);

/// Every title: movies, then videos, then each series followed by its seasons and their episodes.
pub fn titles() -> &'static [Title] {
    &LIBRARY.titles
}

/// The title with this id.
pub fn title(id: TitleId) -> Option<&'static Title> {
    LIBRARY.by_id.get(&id).map(|at| &LIBRARY.titles[*at])
}

/// Everybody with a credit, in order of first appearance.
pub fn people() -> &'static [Person] {
    &LIBRARY.people
}

/// All genres, in order of first appearance.
pub fn genres() -> &'static [Genre] {
    &LIBRARY.genres
}

fn read() -> Library {
    let mut works = Vec::new();
    let mut found = Vec::new();
    let files = [
        (TitleKind::Movie, include_str!("../data/movies-1.json")),
        (TitleKind::Movie, include_str!("../data/movies-2.json")),
        (TitleKind::Video, include_str!("../data/videos.json")),
    ];
    for (kind, text) in files {
        let records: Vec<Record> = serde_json::from_str(text).expect("the committed file is read by a test");
        for record in records {
            let seconds = record.seconds.or(record.minutes.map(|minutes| minutes * 60));
            found.push(single(kind, &record, seconds));
            works.push(record.work);
        }
    }
    for (work, parts) in series::read() {
        works.push(work);
        found.extend(parts);
    }
    for (position, title) in found.iter_mut().enumerate() {
        title.age = age(position, title);
    }
    let by_id = found.iter().enumerate().map(|(at, title)| (title.id, at)).collect();
    Library {
        by_id,
        titles: found,
        people: collect_people(&works),
        genres: collect_genres(&works),
    }
}

fn single(kind: TitleKind, record: &Record, seconds: Option<i32>) -> Title {
    let key = format!("{kind:?} {}", record.name);
    title_of(kind, &key, &record.name, record.year, &record.work).with_runtime(seconds)
}

/// A title of `kind` that takes everything it has in common from `work`.
pub(crate) fn title_of(kind: TitleKind, key: &str, name: &str, year: i32, work: &Work) -> Title {
    Title {
        id: named(Kind::Title, key).into(),
        kind,
        name: name.to_owned(),
        synopsis: work.synopsis.clone(),
        release_year: year,
        runtime_seconds: None,
        rating: rating(&work.rating),
        genres: work
            .genres
            .iter()
            .map(|genre| named(Kind::Genre, genre).into())
            .collect(),
        credits: credits(work),
        tags: work.tags.clone(),
        country: work.country.clone(),
        packages: packages(work.access),
        rentable: work.offers.iter().any(|offer| offer == "rent"),
        purchasable: work.offers.iter().any(|offer| offer == "buy"),
        special: work.rule,
        series: None,
        season: None,
        number: None,
        seed: hash(key),
        age: TimeDelta::zero(),
    }
}

impl Title {
    pub(crate) fn with_runtime(self, seconds: Option<i32>) -> Self {
        Self {
            runtime_seconds: seconds,
            ..self
        }
    }
}

fn packages(access: Access) -> Vec<String> {
    match access {
        Access::Free => Vec::new(),
        Access::Basic => vec!["basic".to_owned()],
        Access::Cinema => vec!["cinema".to_owned()],
    }
}

/// British codes: they name an age and fit on a poster.
fn rating(code: &str) -> ContentRating {
    let (code, min_age) = match code {
        "U" => ("U", 0),
        "PG" => ("PG", 8),
        "12" => ("12", 12),
        "15" => ("15", 15),
        _ => ("18", 18),
    };
    ContentRating {
        system: "BBFC",
        code,
        min_age,
    }
}

fn credits(work: &Work) -> Vec<Credit> {
    let person = |name: &String| named(Kind::Person, name).into();
    let directors = work.directors.iter();
    let directors = directors.map(|name| Credit {
        person: person(name),
        role: CreditRole::Director,
        character: None,
    });
    let cast = work.cast.iter().map(|(name, character)| Credit {
        person: person(name),
        role: CreditRole::Actor,
        character: Some(character.clone()),
    });
    directors.chain(cast).collect()
}

/// Spreads publication over eight weeks in an order that is not the file's. Parts of a series appear with it.
fn age(position: usize, title: &Title) -> TimeDelta {
    const WEEKS_IN_MINUTES: u64 = 8 * 7 * 24 * 60;
    let of = title.series.map_or(title.seed, |series| hash(&series.to_string()));
    // The position keeps two titles from sharing an instant.
    let minutes = 30 + of % WEEKS_IN_MINUTES;
    TimeDelta::minutes(i64::try_from(minutes).expect("below eight weeks"))
        - TimeDelta::seconds(i64::try_from(position % 1000).expect("below a thousand"))
}

fn collect_people(works: &[Work]) -> Vec<Person> {
    let mut seen = HashSet::new();
    let names = works
        .iter()
        .flat_map(|work| work.directors.iter().chain(work.cast.iter().map(|(name, _)| name)));
    names
        .filter(|name| seen.insert(*name))
        .map(|name| Person {
            id: named(Kind::Person, name).into(),
            name: name.clone(),
            seed: hash(name),
        })
        .collect()
}

fn collect_genres(works: &[Work]) -> Vec<Genre> {
    let mut seen = HashSet::new();
    let names = works
        .iter()
        .flat_map(|work| &work.genres)
        .filter(|name| seen.insert(*name));
    names
        .map(|name| Genre {
            id: named(Kind::Genre, name).into(),
            name: name.clone(),
        })
        .collect()
}
