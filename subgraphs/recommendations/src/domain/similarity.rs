//! Which titles belong together: by what they are made of, and by who watched them.

use std::collections::HashMap;

use super::Title;

/// Titles that are kept as neighbours of one.
pub const NEIGHBOURS: usize = 50;
/// Titles of one profile that are compared with each other, the newest first: the cost grows with the square.
const PAIRED: usize = 100;
/// A feature that more titles have says nothing, and would cost the square of them.
const COMMON: usize = 2000;
/// Profiles that have to share two titles before that means something.
const SHRINK: f64 = 3.0;

/// A title that belongs to another, by its place in the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Which.
    pub title: usize,
    /// How much it belongs to it, 0 to 1.
    pub score: f64,
    /// The part of the score that comes from people who watched both.
    pub by_viewers: f64,
}

type Pairs = HashMap<(usize, usize), f64>;

/// The neighbours of each title, best first: `by_viewers` and `by_content` weigh the two sources.
pub fn neighbours(count: usize, content: &Pairs, viewers: &Pairs) -> Vec<Vec<Neighbour>> {
    let mut all: Vec<HashMap<usize, Neighbour>> = vec![HashMap::new(); count];
    for (pairs, weight, is_viewers) in [(content, 0.45, false), (viewers, 0.55, true)] {
        let most = pairs.values().copied().fold(f64::EPSILON, f64::max);
        for ((one, other), score) in pairs {
            let score = score / most * weight;
            for (from, to) in [(*one, *other), (*other, *one)] {
                let new = Neighbour {
                    title: to,
                    score: 0.0,
                    by_viewers: 0.0,
                };
                let neighbour = all[from].entry(to).or_insert(new);
                neighbour.score += score;
                if is_viewers {
                    neighbour.by_viewers += score;
                }
            }
        }
    }
    all.into_iter()
        .map(|found| best(found.into_values().collect()))
        .collect()
}

fn best(mut found: Vec<Neighbour>) -> Vec<Neighbour> {
    found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.title.cmp(&other.title)));
    found.truncate(NEIGHBOURS);
    found
}

/// How much titles have in common: rare people, tags and genres count more than frequent ones.
pub fn by_content(titles: &[Title]) -> Pairs {
    let mut holders: HashMap<String, (f64, Vec<usize>)> = HashMap::new();
    for (place, title) in titles.iter().enumerate().filter(|(_, title)| title.stands_alone()) {
        let genres = title.genres.iter().map(|genre| (format!("g{}", genre.id), 1.0));
        let people = title.people.iter().map(|person| (format!("p{}", person.id), 1.5));
        let tags = title.tags.iter().map(|tag| (format!("t{tag}"), 0.5));
        let decade = title
            .release_year
            .map(|year| (format!("d{}", year.div_euclid(10)), 0.3));
        for (feature, weight) in genres.chain(people).chain(tags).chain(decade) {
            let holder = holders.entry(feature).or_insert((weight, Vec::new()));
            if holder.1.last() != Some(&place) {
                holder.1.push(place);
            }
        }
    }
    let count = number(titles.len().max(1));
    let mut norms = vec![0.0; titles.len()];
    let mut pairs = Pairs::new();
    for (weight, places) in holders.values() {
        let value = weight * (1.0 + count / number(places.len())).ln();
        for place in places {
            norms[*place] += value;
        }
        if places.len() <= COMMON {
            add_pairs(&mut pairs, places, |_, _| value);
        }
    }
    for ((one, other), score) in &mut pairs {
        *score /= (norms[*one] * norms[*other]).sqrt().max(1.0);
    }
    pairs
}

/// How often titles were liked by the same profiles. Each profile's titles come newest first.
pub fn by_viewers(count: usize, profiles: &[Vec<(usize, f64)>]) -> Pairs {
    let mut norms = vec![0.0; count];
    let mut pairs = Pairs::new();
    for liked in profiles {
        let liked = &liked[..liked.len().min(PAIRED)];
        let strengths: HashMap<usize, f64> = liked.iter().copied().collect();
        for (title, strength) in &strengths {
            norms[*title] += strength * strength;
        }
        let mut places: Vec<usize> = strengths.keys().copied().collect();
        places.sort_unstable();
        add_pairs(&mut pairs, &places, |one, other| strengths[&one] * strengths[&other]);
    }
    for ((one, other), score) in &mut pairs {
        *score /= (norms[*one] * norms[*other]).sqrt() + SHRINK;
    }
    pairs
}

fn add_pairs(pairs: &mut Pairs, places: &[usize], value: impl Fn(usize, usize) -> f64) {
    for (i, one) in places.iter().enumerate() {
        for other in &places[i + 1..] {
            *pairs.entry((*one, *other)).or_default() += value(*one, *other);
        }
    }
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub const fn number(count: usize) -> f64 {
    count as f64
}
