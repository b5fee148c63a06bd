//! From a model and a taste to lists: what is related, what is recommended, which rails a home screen has.

use std::collections::{HashMap, HashSet};

use kernel::TitleId;

use super::{Model, Resume, Taste};

/// What was liked lately counts more: each earlier title by this much less.
const FADE: f64 = 0.93;
/// Liked titles that a recommendation starts from.
const SEEDS: usize = 40;
/// Rails named after a title that was watched.
const BECAUSE: usize = 2;
/// Fewer items make no rail, unless there are few titles at all.
const SHORTEST_RAIL: usize = 3;
/// Fewer titles are few.
const FEW_TITLES: usize = 20;
/// More items make no rail better.
const LONGEST_RAIL: usize = 20;

/// A title with the reason why it is shown and how well it fits, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// Which.
    pub title: TitleId,
    /// Why, for people.
    pub reason: String,
    /// How well it fits.
    pub score: f64,
}

/// What a rail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RailKind {
    /// Begun and not finished.
    ContinueWatching,
    /// For this profile.
    Recommended,
    /// Belongs to something that was watched.
    BecauseYouWatched,
    /// Watched by many lately.
    Trending,
    /// Published lately.
    New,
    /// Chosen by editors.
    Editorial,
    /// Of one genre.
    Genre,
}

/// A row of the home screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Rail {
    /// The same for the same rail, whoever asks.
    pub id: String,
    /// What it is about.
    pub kind: RailKind,
    /// What stands above it.
    pub heading: String,
    /// Its titles, best first.
    pub items: Vec<Pick>,
}

/// What belongs to `title`, best first; popular titles of its main genre when nothing does.
pub fn related(model: &Model, title: TitleId, first: usize) -> Vec<Pick> {
    let Some(place) = model.find(title) else {
        return Vec::new();
    };
    let neighbours = model.neighbours(place).iter().map(|neighbour| {
        let by_viewers = neighbour.by_viewers > neighbour.score / 2.0;
        pick(
            model,
            neighbour.title,
            reason(model, place, neighbour.title, by_viewers),
            neighbour.score,
        )
    });
    let mut picks: Vec<Pick> = neighbours.take(first).collect();
    if picks.is_empty() {
        let others = model.popular().iter().filter(|other| **other != place);
        picks = others.take(first).map(|other| popular(model, *other)).collect();
    }
    picks
}

fn pick(model: &Model, place: usize, reason: String, score: f64) -> Pick {
    Pick {
        title: model.title(place).id,
        reason,
        score: score.clamp(0.0, 1.0),
    }
}

fn popular(model: &Model, place: usize) -> Pick {
    pick(
        model,
        place,
        "Popular with other viewers".to_owned(),
        model.popularity(place),
    )
}

fn reason(model: &Model, one: usize, other: usize, by_viewers: bool) -> String {
    let (one, other) = (model.title(one), model.title(other));
    if by_viewers {
        return format!("People who watched {} watched this too", one.name);
    }
    let person = one
        .people
        .iter()
        .find(|person| other.people.iter().any(|known| known.id == person.id));
    let genre = one
        .genres
        .iter()
        .find(|genre| other.genres.iter().any(|known| known.id == genre.id));
    match (person, genre) {
        (Some(person), _) => format!("Also by or with {}", person.name),
        (None, Some(genre)) => format!("More {}", genre.name),
        (None, None) => format!("Similar to {}", one.name),
    }
}

/// What `taste` may like and has not watched, best first; popular titles fill up.
pub fn recommend(model: &Model, taste: &Taste, first: usize) -> Vec<Pick> {
    let seen = seen(model, taste);
    let mut scores: HashMap<usize, (f64, f64, usize)> = HashMap::new();
    let mut weight = 1.0;
    for (seed, strength) in model.liked(taste).into_iter().take(SEEDS) {
        for neighbour in model.neighbours(seed) {
            let gain = neighbour.score * strength * weight;
            let entry = scores.entry(neighbour.title).or_insert((0.0, 0.0, seed));
            entry.0 += gain;
            if gain > entry.1 {
                (entry.1, entry.2) = (gain, seed);
            }
        }
        weight *= FADE;
    }
    let fits = |place: &usize| !seen.contains(place) && model.title(*place).is_for(taste.max_age);
    let mut found: Vec<(usize, f64, usize)> = scores
        .into_iter()
        .map(|(place, (score, _, seed))| (place, score, seed))
        .filter(|(place, ..)| fits(place))
        .collect();
    found.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let most = found.first().map_or(1.0, |best| best.1.max(f64::EPSILON));
    let because = |seed: usize| format!("Because you watched {}", model.title(seed).name);
    let mut picks: Vec<Pick> = found
        .iter()
        .take(first)
        .map(|(place, score, seed)| pick(model, *place, because(*seed), score / most))
        .collect();
    let known: HashSet<usize> = found.into_iter().map(|(place, ..)| place).collect();
    let rest = model
        .popular()
        .iter()
        .filter(|place| fits(place) && !known.contains(place));
    let missing = first.saturating_sub(picks.len());
    // Below everything that was found for a reason.
    picks.extend(rest.take(missing).map(|place| Pick {
        score: 0.0,
        ..popular(model, *place)
    }));
    picks
}

/// Who looks at the home screen.
#[derive(Debug, Clone, Copy)]
pub struct Audience<'a> {
    /// What they like; nothing for somebody who is not signed in or has not chosen a profile.
    pub taste: Option<&'a Taste>,
    /// What they may continue, newest first.
    pub resume: &'a [Resume],
    /// The tag that editors give to what they choose.
    pub editorial_tag: &'a str,
}

/// The rails of a home screen, at most `first`. No title is on two of them, but for what can be continued.
pub fn rails(model: &Model, audience: Audience<'_>, first: usize) -> Vec<Rail> {
    let max_age = audience.taste.and_then(|taste| taste.max_age);
    let mut shelf = Shelf::new(model, max_age, first);
    if let Some(taste) = audience.taste {
        let rail = continue_watching(model, audience.resume, max_age);
        shelf.rails.extend(rail);
        add_personal(&mut shelf, taste);
    }
    add_common(&mut shelf, audience.editorial_tag);
    for place in genre_order(model, audience.taste) {
        let shelved = &model.genres()[place];
        let (id, name) = (shelved.genre.id, shelved.genre.name.clone());
        let popular_in = |title: &usize| pick(model, *title, format!("Popular in {name}"), model.popularity(*title));
        let picks = shelved.titles.iter().map(popular_in);
        shelf.add(RailKind::Genre, Some(id), name.clone(), picks);
    }
    shelf.rails.truncate(first);
    shelf.rails
}

/// What follows from what was watched; nothing for somebody who has not liked anything yet.
fn add_personal(shelf: &mut Shelf<'_>, taste: &Taste) {
    let model = shelf.model;
    let seeds = model.liked(taste);
    if seeds.is_empty() {
        return;
    }
    let picks = recommend(model, taste, LONGEST_RAIL);
    shelf.add(RailKind::Recommended, None, "Recommended for you".to_owned(), picks);
    let seen = seen(model, taste);
    for (seed, _) in seeds.iter().take(BECAUSE) {
        let title = model.title(*seed);
        let is_fresh = |pick: &Pick| model.find(pick.title).is_none_or(|place| !seen.contains(&place));
        let picks = related(model, title.id, LONGEST_RAIL * 2).into_iter().filter(is_fresh);
        let heading = format!("Because you watched {}", title.name);
        shelf.add(RailKind::BecauseYouWatched, Some(title.id.0), heading, picks);
    }
}

/// What everybody sees.
fn add_common(shelf: &mut Shelf<'_>, editorial_tag: &str) {
    let model = shelf.model;
    let trending = |place: &usize| pick(model, *place, "Trending".to_owned(), model.popularity(*place));
    let picks = model.popular().iter().map(trending);
    shelf.add(RailKind::Trending, None, "Trending now".to_owned(), picks);
    let new = |place: &usize| pick(model, *place, "New".to_owned(), 1.0);
    shelf.add(RailKind::New, None, "New".to_owned(), model.newest().iter().map(new));
    let is_chosen = |place: &&usize| model.title(**place).tags.iter().any(|tag| tag == editorial_tag);
    let chosen = |place: &usize| pick(model, *place, "Chosen by our editors".to_owned(), 1.0);
    let picks = model.popular().iter().filter(is_chosen).map(chosen);
    shelf.add(RailKind::Editorial, None, "Must see".to_owned(), picks);
}

/// Places of what was watched.
fn seen(model: &Model, taste: &Taste) -> HashSet<usize> {
    let watched = taste.watched.iter();
    watched.filter_map(|watched| model.find(watched.title)).collect()
}

/// Genres, those of liked titles first.
fn genre_order(model: &Model, taste: Option<&Taste>) -> Vec<usize> {
    let mut love: HashMap<uuid::Uuid, f64> = HashMap::new();
    for (place, strength) in taste.map(|taste| model.liked(taste)).unwrap_or_default() {
        for genre in &model.title(place).genres {
            *love.entry(genre.id).or_default() += strength;
        }
    }
    let of = |place: &usize| love.get(&model.genres()[*place].genre.id).copied().unwrap_or(0.0);
    let mut order: Vec<usize> = (0..model.genres().len()).collect();
    order.sort_by(|one, other| of(other).total_cmp(&of(one)));
    order
}

/// The newest unfinished title of each series, and unfinished films.
fn continue_watching(model: &Model, resume: &[Resume], max_age: Option<i32>) -> Option<Rail> {
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for begun in resume {
        let Some(title) = model.part(begun.title) else { continue };
        let work = title.series.unwrap_or(title.id);
        if title.is_for(max_age) && seen.insert(work) && items.len() < LONGEST_RAIL {
            items.push(Pick {
                title: title.id,
                reason: "Continue watching".to_owned(),
                score: 1.0,
            });
        }
    }
    let heading = "Continue watching".to_owned();
    let id = "continue-watching".to_owned();
    (!items.is_empty()).then_some(Rail {
        id,
        kind: RailKind::ContinueWatching,
        heading,
        items,
    })
}

/// Rails in the making: what is on one is on no other.
struct Shelf<'a> {
    model: &'a Model,
    max_age: Option<i32>,
    first: usize,
    /// Items of a rail: fewer when there are few titles, so that every rail gets some.
    length: usize,
    shortest: usize,
    used: HashSet<TitleId>,
    rails: Vec<Rail>,
}

impl<'a> Shelf<'a> {
    fn new(model: &'a Model, max_age: Option<i32>, first: usize) -> Self {
        let length = (model.popular().len() / first.clamp(4, 8)).clamp(SHORTEST_RAIL * 2, LONGEST_RAIL);
        Self {
            model,
            max_age,
            first,
            length,
            shortest: if model.popular().len() < FEW_TITLES {
                1
            } else {
                SHORTEST_RAIL
            },
            used: HashSet::new(),
            rails: Vec::new(),
        }
    }

    fn add(
        &mut self,
        kind: RailKind,
        about: Option<uuid::Uuid>,
        heading: String,
        picks: impl IntoIterator<Item = Pick>,
    ) {
        if self.rails.len() >= self.first {
            return;
        }
        let is_for = |pick: &Pick| {
            self.model
                .part(pick.title)
                .is_some_and(|title| title.is_for(self.max_age))
        };
        let free = picks
            .into_iter()
            .filter(|pick| !self.used.contains(&pick.title) && is_for(pick));
        let items: Vec<Pick> = free.take(self.length).collect();
        if items.len() < self.shortest {
            return;
        }
        self.used.extend(items.iter().map(|pick| pick.title));
        let name = match kind {
            RailKind::ContinueWatching => "continue-watching",
            RailKind::Recommended => "recommended",
            RailKind::BecauseYouWatched => "because",
            RailKind::Trending => "trending",
            RailKind::New => "new",
            RailKind::Editorial => "editorial",
            RailKind::Genre => "genre",
        };
        let id = about.map_or_else(|| name.to_owned(), |about| format!("{name}:{about}"));
        self.rails.push(Rail {
            id,
            kind,
            heading,
            items,
        });
    }
}

#[cfg(test)]
#[path = "ranking_tests.rs"]
mod tests;
