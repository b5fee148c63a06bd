//! A guide for any day: the same day always has the same programmes.

use std::sync::LazyLock;

use chrono::{TimeDelta, TimeZone, Utc};
use kernel::{Instant, ProgrammeId, TitleId};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde::Deserialize;

use crate::{
    channels::Channel,
    genres,
    ids::{Kind, shaped},
    titles,
    titles::{Title, TitleKind},
};

const DAY_SECONDS: i64 = 86_400;
/// The broadcast day begins at 04:00 UTC, when nothing worth watching is cut.
const DAY_BEGINS_SECONDS: i64 = 4 * 3600;
/// No programme is shorter; a rest of the day below it is given to the last programme.
const SHORTEST_MINUTES: i64 = 10;

/// One showing.
#[derive(Debug, Clone)]
pub struct Programme {
    /// The same for the same channel and start.
    pub id: ProgrammeId,
    /// The name of film or programme.
    pub title: String,
    /// The episode's name, or a film's year and country.
    pub subtitle: Option<String>,
    /// One or two sentences.
    pub description: String,
    /// Main category first.
    pub categories: Vec<String>,
    /// Season and episode, from 1.
    pub episode: Option<(i32, i32)>,
    /// First instant.
    pub starts_at: Instant,
    /// First instant after it: the next one's start.
    pub ends_at: Instant,
    /// The film of the catalogue that is shown.
    pub film: Option<TitleId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    theme: String,
    title: String,
    minutes: Vec<i64>,
    categories: Vec<String>,
    description: String,
    episodes: Vec<String>,
    #[serde(default)]
    seasons: i32,
}

static SHOWS: LazyLock<Vec<Show>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/shows.json")).expect("the committed file is read by a test")
});

/// The programmes of `channel` that overlap `[from, to)`: sorted, back to back, without gaps.
pub fn guide(channel: &Channel, from: Instant, to: Instant) -> Vec<Programme> {
    let delay = TimeDelta::hours(channel.delay_hours);
    let day_of = |at: Instant| (at.timestamp() - DAY_BEGINS_SECONDS).div_euclid(DAY_SECONDS);
    let mut all = Vec::new();
    if from >= to {
        return all;
    }
    for day in day_of(from - delay)..=day_of(to - delay) {
        all.extend(day_of_programmes(channel, day, delay));
    }
    all.retain(|programme| programme.ends_at > from && programme.starts_at < to);
    all
}

/// What a slot is filled with, before it has a time.
struct Filler {
    minutes: i64,
    title: String,
    subtitle: Option<String>,
    description: String,
    categories: Vec<String>,
    episode: Option<(i32, i32)>,
    film: Option<TitleId>,
}

fn day_of_programmes(channel: &Channel, day: i64, delay: TimeDelta) -> Vec<Programme> {
    let begins = Utc.timestamp_opt(day * DAY_SECONDS + DAY_BEGINS_SECONDS, 0).single();
    let begins = begins.expect("a guide is asked for days that exist") + delay;
    let mut rng = StdRng::seed_from_u64(channel.seed ^ day.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut pool = Pool::of(channel, &mut rng);
    let mut programmes = Vec::new();
    let mut minute = 0;
    while minute < DAY_SECONDS / 60 {
        let filler = pool.next(day, &mut rng);
        let left = DAY_SECONDS / 60 - minute;
        let minutes = if left - filler.minutes < SHORTEST_MINUTES {
            left
        } else {
            filler.minutes
        };
        programmes.push(place(channel, begins + TimeDelta::minutes(minute), minutes, filler));
        minute += minutes;
    }
    programmes
}

fn place(channel: &Channel, starts_at: Instant, minutes: i64, filler: Filler) -> Programme {
    let millis = u64::try_from(starts_at.timestamp_millis()).unwrap_or_default();
    let number = u64::from_be_bytes(
        uuid::Uuid::from(channel.id).as_bytes()[8..]
            .try_into()
            .expect("eight bytes"),
    );
    Programme {
        id: shaped(millis, Kind::Programme, number).into(),
        title: filler.title,
        subtitle: filler.subtitle,
        description: filler.description,
        categories: filler.categories,
        episode: filler.episode,
        starts_at,
        ends_at: starts_at + TimeDelta::minutes(minutes),
        film: filler.film,
    }
}

/// What a channel may show, dealt like cards: nothing returns before everything was shown.
struct Pool {
    films: Vec<&'static Title>,
    shows: Vec<&'static Show>,
    dealt_films: Vec<&'static Title>,
    dealt_shows: Vec<&'static Show>,
}

impl Pool {
    fn of(channel: &Channel, rng: &mut StdRng) -> Self {
        let films: Vec<_> = titles().iter().filter(|title| suits(&channel.theme, title)).collect();
        let shows: Vec<_> = SHOWS.iter().filter(|show| show.theme == channel.theme).collect();
        let mut pool = Self {
            films,
            shows,
            dealt_films: Vec::new(),
            dealt_shows: Vec::new(),
        };
        pool.deal(rng);
        pool
    }

    fn deal(&mut self, rng: &mut StdRng) {
        if self.dealt_films.is_empty() {
            self.dealt_films = self.films.choose_multiple(rng, self.films.len()).copied().collect();
        }
        if self.dealt_shows.is_empty() {
            self.dealt_shows = self.shows.choose_multiple(rng, self.shows.len()).copied().collect();
        }
    }

    fn next(&mut self, day: i64, rng: &mut StdRng) -> Filler {
        self.deal(rng);
        let film_next = self.dealt_shows.is_empty() || (!self.dealt_films.is_empty() && rng.random_bool(0.4));
        if film_next && let Some(title) = self.dealt_films.pop() {
            return film(title);
        }
        match self.dealt_shows.pop() {
            Some(show) => episode(show, day, rng),
            None => interlude(),
        }
    }
}

/// Which films a channel shows; themes without films have programmes of their own.
fn suits(theme: &str, title: &Title) -> bool {
    let is = |genre: &str| {
        genres()
            .iter()
            .any(|known| known.name == genre && title.genres.contains(&known.id))
    };
    title.kind == TitleKind::Movie
        && match theme {
            "silent" => title.release_year < 1929,
            "comedy" => is("Comedy"),
            "horror" => is("Horror"),
            "crime" => is("Crime"),
            "history" => is("History"),
            "general" => title.rating.min_age <= 8,
            _ => false,
        }
}

fn film(title: &Title) -> Filler {
    let runtime = i64::from(title.runtime_seconds.unwrap_or_default()) / 60;
    let names = title
        .genres
        .iter()
        .filter_map(|id| genres().iter().find(|genre| genre.id == *id));
    let mut categories = vec!["Film".to_owned()];
    categories.extend(names.map(|genre| genre.name.clone()));
    Filler {
        // Films start on the five minutes, with a word before them.
        minutes: (runtime + 4).div_euclid(5) * 5 + 5,
        title: title.name.clone(),
        subtitle: Some(format!("{}, {}", title.release_year, title.country)),
        description: title.synopsis.clone(),
        categories,
        episode: None,
        film: Some(title.id),
    }
}

fn episode(show: &'static Show, day: i64, rng: &mut StdRng) -> Filler {
    let count = i64::try_from(show.episodes.len()).expect("a handful");
    let index = (day + rng.random_range(0..count)).rem_euclid(count);
    let name = usize::try_from(index).ok().and_then(|at| show.episodes.get(at));
    let number = i32::try_from(index).unwrap_or_default() + 1;
    Filler {
        minutes: show.minutes.choose(rng).copied().unwrap_or(30),
        title: show.title.clone(),
        subtitle: name.cloned(),
        description: show.description.clone(),
        categories: show.categories.clone(),
        episode: (show.seasons > 0).then(|| (rng.random_range(1..=show.seasons), number)),
        film: None,
    }
}

fn interlude() -> Filler {
    Filler {
        minutes: 30,
        title: "Interlude".to_owned(),
        subtitle: None,
        description: "A potter's wheel, a kitten, the sea.".to_owned(),
        categories: vec!["Interlude".to_owned()],
        episode: None,
        film: None,
    }
}
