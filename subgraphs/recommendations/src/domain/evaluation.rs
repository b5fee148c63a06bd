//! How good a model is: can it guess what people watched next?

use kernel::{Instant, ProfileId};

use super::{Model, Taste, model::Data, ranking, similarity::number};

/// Titles that are guessed.
const GUESSES: usize = 10;
/// Profiles that are tried.
const TRIED: usize = 300;

/// Share of profiles whose newest title is among the ten that a model without that title recommends.
pub fn hit_rate(data: &Data, now: Instant) -> f64 {
    let mut training = data.clone();
    let mut hidden = Vec::new();
    let mut profiles: Vec<ProfileId> = data.watched.keys().copied().collect();
    profiles.sort_unstable();
    for profile in profiles
        .into_iter()
        .filter(|profile| data.watched[profile].len() > 2)
        .take(TRIED)
    {
        if let Some(watched) = training.watched.get_mut(&profile) {
            let newest = watched.remove(0);
            let taste = Taste {
                watched: watched.clone(),
                ..Taste::default()
            };
            hidden.push((newest.title, taste));
        }
    }
    let model = Model::build(training, now);
    let mut hits: usize = 0;
    let mut tried: usize = 0;
    for (title, taste) in hidden {
        let Some(place) = model.find(title) else { continue };
        // Somebody who goes on with a series teaches nothing: what was seen is never recommended.
        if taste
            .watched
            .iter()
            .any(|watched| model.find(watched.title) == Some(place))
        {
            continue;
        }
        tried += 1;
        let wanted = model.title(place).id;
        let guesses = ranking::recommend(&model, &taste, GUESSES);
        hits += usize::from(guesses.iter().any(|guess| guess.title == wanted));
    }
    number(hits) / number(tried.max(1))
}
