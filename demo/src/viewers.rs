//! People who never lived, with tastes: what rails and ratings are computed from.

use std::{collections::HashMap, sync::LazyLock};

use chrono::TimeDelta;
use kernel::{AccountId, Instant, TitleId};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    accounts::Profile,
    genres,
    ids::{Kind, id},
    titles,
    titles::{Title, TitleKind},
};

/// How many there are.
const VIEWERS: u64 = 240;
/// Chosen once; a new number is a new population.
const SEED: u64 = 1927;

/// A synthetic viewer: an account nobody can sign in to.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Fixed id.
    pub id: AccountId,
    /// First name and initial.
    pub name: String,
    /// An address under `example.com`, where nobody lives.
    pub email: String,
    /// The one profile.
    pub profile: Profile,
    /// What was watched, newest first; each title once.
    pub history: Vec<Watched>,
    /// Opinions on some of it.
    pub ratings: Vec<Rating>,
}

/// A title somebody watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Which.
    pub title: TitleId,
    /// How far, in seconds.
    pub position_seconds: i32,
    /// Of how many.
    pub duration_seconds: i32,
    /// Whether to the end (95 % or more).
    pub finished: bool,
    /// When last.
    pub watched_at: Instant,
}

/// What somebody thought of a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Of which.
    pub title: TitleId,
    /// 1 to 5.
    pub rating: i32,
    /// In words.
    pub comment: Option<String>,
    /// When.
    pub rated_at: Instant,
}

/// Genres that the people of one cluster like; what they share makes "watched by the same people" mean something.
const TASTES: [&[&str]; 7] = [
    &["Comedy", "Romance"],
    &["Horror", "Fantasy"],
    &["Science fiction", "Adventure"],
    &["Drama", "Romance"],
    &["Crime"],
    &["History", "War"],
    &["Documentary", "Fantasy"],
];

const NAMES: [&str; 40] = [
    "Ada", "Alma", "Anton", "Bruno", "Carla", "Clara", "Cyrus", "Dora", "Edith", "Elio", "Emil", "Enid", "Felix",
    "Flora", "Greta", "Hugo", "Ida", "Ines", "Ivo", "Jonas", "June", "Karl", "Lena", "Leo", "Lotte", "Mabel", "Marta",
    "Max", "Mila", "Nils", "Nora", "Oskar", "Otto", "Pola", "Ravi", "Rosa", "Selma", "Theo", "Vera", "Yuki",
];

/// Comments by rating.
static COMMENTS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/comments.json")).expect("the committed file is read by a test")
});

/// All synthetic viewers; their instants lie within the eight weeks before `now`.
pub fn viewers(now: Instant) -> Vec<Viewer> {
    let shelf = Shelf::new();
    (0..VIEWERS).map(|number| viewer(number, now, &shelf)).collect()
}

fn viewer(number: u64, now: Instant, shelf: &Shelf) -> Viewer {
    let mut rng = StdRng::seed_from_u64(SEED << 32 | number);
    let at = usize::try_from(number).expect("a few hundred");
    let initial = char::from(b'A' + u8::try_from(number / 40 % 26).expect("below 26"));
    let name = format!("{} {initial}.", NAMES[at % NAMES.len()]);
    let cluster = at % TASTES.len();
    let mut history = Vec::new();
    let mut ratings = Vec::new();
    for (title, liked) in shelf.picks(cluster, &mut rng) {
        let watched = watch(title, liked, now, &mut rng);
        if rng.random_bool(0.55) {
            ratings.push(rate(&watched, liked, now, &mut rng));
        }
        history.push(watched);
    }
    history.sort_by_key(|watched| std::cmp::Reverse(watched.watched_at));
    Viewer {
        id: id(Kind::Account, 1000 + number).into(),
        email: format!("synthetic-{number}@example.com"),
        profile: Profile {
            id: id(Kind::Profile, 1000 + number).into(),
            name: name.clone(),
            kids: false,
        },
        name,
        history,
        ratings,
    }
}

/// Titles by cluster: the cluster's own, best known first.
struct Shelf {
    liked: Vec<Vec<&'static Title>>,
    all: Vec<&'static Title>,
}

impl Shelf {
    fn new() -> Self {
        let playable = |title: &&Title| matches!(title.kind, TitleKind::Movie | TitleKind::Episode | TitleKind::Video);
        let all: Vec<_> = titles().iter().filter(playable).collect();
        let liked = TASTES.map(|taste| {
            let likes = |title: &&&Title| {
                genres()
                    .iter()
                    .any(|genre| taste.contains(&genre.name.as_str()) && title.genres.contains(&genre.id))
            };
            all.iter().filter(likes).copied().collect()
        });
        Self {
            liked: liked.into(),
            all,
        }
    }

    /// Eight to twenty titles: four in five to the cluster's taste, and the well known ones more often.
    fn picks(&self, cluster: usize, rng: &mut StdRng) -> Vec<(&'static Title, bool)> {
        let wanted = rng.random_range(8..=20);
        let liked = &self.liked[cluster];
        let weight = |title: &&'static Title| {
            if title.tags.iter().any(|tag| tag == "must see") {
                4.0
            } else {
                1.0
            }
        };
        let own = liked
            .choose_multiple_weighted(rng, wanted * 4 / 5, weight)
            .map(|found| found.copied().collect());
        let own: Vec<&'static Title> = own.unwrap_or_default();
        let others = self.all.choose_multiple_weighted(rng, wanted / 5 + 1, weight);
        let others: Vec<&'static Title> = others.map(|found| found.copied().collect()).unwrap_or_default();
        let strangers = others
            .into_iter()
            .filter(|title| !own.iter().any(|known| known.id == title.id));
        let strangers: Vec<_> = strangers
            .map(|title| (title, liked.iter().any(|known| known.id == title.id)))
            .collect();
        own.iter().map(|title| (*title, true)).chain(strangers).collect()
    }
}

fn watch(title: &Title, liked: bool, now: Instant, rng: &mut StdRng) -> Watched {
    let duration = title.runtime_seconds.unwrap_or(60).max(1);
    let finished = rng.random_bool(if liked { 0.8 } else { 0.35 });
    let share = if finished { 100 } else { rng.random_range(3..90) };
    // Nothing was watched before it was published, nor in the future.
    let open_minutes = (now - title.published_at(now)).num_minutes().max(2);
    let watched_at = now - TimeDelta::minutes(rng.random_range(1..open_minutes));
    let position_seconds = i32::try_from(i64::from(duration) * share / 100).unwrap_or(duration);
    Watched {
        title: title.id,
        position_seconds,
        duration_seconds: duration,
        finished,
        watched_at,
    }
}

fn rate(watched: &Watched, liked: bool, now: Instant, rng: &mut StdRng) -> Rating {
    let choices: &[i32] = if liked { &[3, 4, 4, 5, 5] } else { &[1, 2, 3, 3, 4] };
    let rating = choices.choose(rng).copied().unwrap_or(3);
    let words = COMMENTS.get(&rating.to_string());
    let comment = rng
        .random_bool(0.25)
        .then(|| words.and_then(|known| known.choose(rng)).cloned())
        .flatten();
    let rated_at = (watched.watched_at + TimeDelta::minutes(rng.random_range(0..600))).min(now);
    Rating {
        title: watched.title,
        rating,
        comment,
        rated_at,
    }
}
