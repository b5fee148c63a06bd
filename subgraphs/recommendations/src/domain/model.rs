//! Everything that is computed ahead of requests, from one snapshot of the data.

use std::collections::HashMap;

use kernel::{Instant, ProfileId, TitleId};

use super::{
    Named, Taste, Title,
    similarity::{self, Neighbour},
    taste::{Watched, strength},
};

/// Popularity halves in this many days.
const HALF_LIFE_DAYS: f64 = 14.0;

/// What a model is made from.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// Titles that can be found.
    pub titles: Vec<Title>,
    /// What each profile watched, newest first.
    pub watched: HashMap<ProfileId, Vec<Watched>>,
    /// What each profile rated.
    pub ratings: HashMap<(ProfileId, TitleId), i32>,
}

/// A genre with its titles, the most popular first.
#[derive(Debug, Clone)]
pub struct GenreShelf {
    /// The genre.
    pub genre: Named,
    /// Places of its titles.
    pub titles: Vec<usize>,
}

/// Titles with their popularity and their neighbours. Titles are named by their place in it.
#[derive(Debug, Clone, Default)]
pub struct Model {
    titles: Vec<Title>,
    places: HashMap<TitleId, usize>,
    popularity: Vec<f64>,
    popular: Vec<usize>,
    newest: Vec<usize>,
    genres: Vec<GenreShelf>,
    neighbours: Vec<Vec<Neighbour>>,
}

impl Model {
    /// Computes the model of `data` as it is `now`. Takes long: not on a worker of the runtime.
    pub fn build(data: Data, now: Instant) -> Self {
        let places = data
            .titles
            .iter()
            .enumerate()
            .map(|(place, title)| (title.id, place))
            .collect();
        let mut model = Self {
            places,
            titles: data.titles,
            ..Self::default()
        };
        model.popularity = vec![0.0; model.titles.len()];
        let mut profiles: Vec<ProfileId> = data.watched.keys().copied().collect();
        // A fixed order makes equal data give equal models.
        profiles.sort_unstable();
        let mut liked = Vec::with_capacity(profiles.len());
        for profile in profiles {
            let mut mine = Vec::new();
            for watched in &data.watched[&profile] {
                let Some(place) = model.find(watched.title) else {
                    continue;
                };
                let strength = strength(watched.share, data.ratings.get(&(profile, watched.title)).copied());
                model.popularity[place] += strength.max(0.0) * freshness(watched.at, now);
                if strength > 0.0 {
                    mine.push((place, strength));
                }
            }
            liked.push(mine);
        }
        let content = similarity::by_content(&model.titles);
        let viewers = similarity::by_viewers(model.titles.len(), &liked);
        model.neighbours = similarity::neighbours(model.titles.len(), &content, &viewers);
        model.shelve();
        model
    }

    fn shelve(&mut self) {
        let alone: Vec<usize> = (0..self.titles.len())
            .filter(|place| self.titles[*place].stands_alone())
            .collect();
        self.newest.clone_from(&alone);
        self.newest.sort_by_key(|place| {
            (
                std::cmp::Reverse(self.titles[*place].published_at),
                self.titles[*place].id,
            )
        });
        self.popular = self.newest.clone();
        // Stable: of equally popular titles the newest comes first.
        self.popular
            .sort_by(|one, other| self.popularity[*other].total_cmp(&self.popularity[*one]));
        let mut shelves: HashMap<uuid::Uuid, GenreShelf> = HashMap::new();
        for place in &self.popular {
            for genre in &self.titles[*place].genres {
                let empty = || GenreShelf {
                    genre: genre.clone(),
                    titles: Vec::new(),
                };
                shelves.entry(genre.id).or_insert_with(empty).titles.push(*place);
            }
        }
        self.genres = shelves.into_values().collect();
        let loved = |shelf: &GenreShelf| shelf.titles.iter().map(|place| self.popularity[*place]).sum::<f64>();
        let mut by_love: Vec<(f64, GenreShelf)> = self.genres.drain(..).map(|shelf| (loved(&shelf), shelf)).collect();
        by_love.sort_by(|(one, a), (other, b)| {
            other
                .total_cmp(one)
                .then(b.titles.len().cmp(&a.titles.len()))
                .then(a.genre.name.cmp(&b.genre.name))
        });
        self.genres = by_love.into_iter().map(|(_, shelf)| shelf).collect();
    }

    /// Whether it knows no title.
    pub fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// Titles it knows, parts of series included.
    pub fn len(&self) -> usize {
        self.titles.len()
    }

    /// The title at `place`.
    pub fn title(&self, place: usize) -> &Title {
        &self.titles[place]
    }

    /// The title itself, even if it is a part of a series.
    pub fn part(&self, id: TitleId) -> Option<&Title> {
        self.places.get(&id).map(|place| &self.titles[*place])
    }

    /// The place of the title that stands for `id` on a rail: an episode's series.
    pub fn find(&self, id: TitleId) -> Option<usize> {
        let place = *self.places.get(&id)?;
        match self.titles[place].series {
            Some(series) => self.places.get(&series).copied(),
            None => Some(place),
        }
    }

    /// Titles that stand alone, the most popular first.
    pub fn popular(&self) -> &[usize] {
        &self.popular
    }

    /// Titles that stand alone, the newest first.
    pub fn newest(&self) -> &[usize] {
        &self.newest
    }

    /// Genres, the most popular first.
    pub fn genres(&self) -> &[GenreShelf] {
        &self.genres
    }

    /// What belongs to the title at `place`, best first.
    pub fn neighbours(&self, place: usize) -> &[Neighbour] {
        &self.neighbours[place]
    }

    /// How popular the title at `place` is, as a share of the most popular one.
    pub fn popularity(&self, place: usize) -> f64 {
        let most = self.popular.first().map_or(0.0, |best| self.popularity[*best]);
        if most > 0.0 { self.popularity[place] / most } else { 0.0 }
    }

    /// Titles with at least one neighbour, of those that stand alone.
    pub fn coverage(&self) -> f64 {
        let covered = self
            .popular
            .iter()
            .filter(|place| !self.neighbours[**place].is_empty())
            .count();
        similarity::number(covered) / similarity::number(self.popular.len().max(1))
    }

    /// What `taste` likes: places with how much, newest first, each once.
    pub fn liked(&self, taste: &Taste) -> Vec<(usize, f64)> {
        let mut seen = std::collections::HashSet::new();
        let mut liked = Vec::new();
        for watched in &taste.watched {
            let Some(place) = self.find(watched.title) else {
                continue;
            };
            let strength = strength(watched.share, taste.ratings.get(&watched.title).copied());
            if strength > 0.0 && seen.insert(place) {
                liked.push((place, strength));
            }
        }
        liked
    }
}

fn freshness(at: Instant, now: Instant) -> f64 {
    let days = similarity::number(usize::try_from((now - at).num_hours().max(0)).unwrap_or(0)) / 24.0;
    0.5_f64.powf(days / HALF_LIFE_DAYS)
}
