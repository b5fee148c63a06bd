//! What a programme is beyond its channel and its start: the keys of its series and of its episode.

use super::{
    extras::{ExternalId, Extras},
    fold,
    genre::Genre,
    schedule::Details,
};

/// Longest key.
const MAX_KEY: usize = 300;
/// Words of categories that say that a programme is one of a series, folded.
const SERIES: [&str; 14] = [
    "series",
    "serie",
    "série",
    "serien",
    "tv series",
    "drama series",
    "soap",
    "soap opera",
    "sitcom",
    "telenovela",
    "feuilleton",
    "miniseries",
    "episode",
    "serial",
];

/// An id as it is stored; `system` is written as most guides write it.
pub fn external_id(system: &str, value: String) -> ExternalId {
    let mut system = system.trim().to_owned();
    super::report::truncate(&mut system, 60);
    ExternalId { system, value }
}

/// Whether numbers of this system are written for people: `S01E02`.
pub fn is_for_people(system: &str) -> bool {
    ["onscreen", "sxxexx", "common", "sxxexx-tvdb", "assumed", "display"]
        .iter()
        .any(|known| system.eq_ignore_ascii_case(known))
}

/// Gives a programme the keys of its series and its episode, out of everything else that is known of it.
pub fn name(details: &mut Details) {
    let (series, episode) = by_ids(&details.extras);
    let series = series.or_else(|| is_of_a_series(details).then(|| format!("title:{}", fold(&details.title))));
    let episode = episode.or_else(|| match &series {
        Some(series) => within(series, details),
        None => film(details),
    });
    details.series_key = series.map(cut);
    details.episode_key = episode.map(cut);
}

fn cut(mut key: String) -> String {
    super::report::truncate(&mut key, MAX_KEY);
    key
}

fn is_of_a_series(details: &Details) -> bool {
    // A film of two parts has no season, but an episode of no season is one of a series.
    details.episode.is_some()
        || details.season.is_some()
        || details.categories.iter().any(|category| {
            let category = fold(category);
            SERIES.contains(&category.as_str())
        })
}

/// The episode of a series by its number, or by its name.
fn within(series: &str, details: &Details) -> Option<String> {
    let part = details.extras.part.map(|part| format!("p{part}")).unwrap_or_default();
    if let Some(episode) = details.episode {
        let season = details.season.map(|season| format!("s{season}")).unwrap_or_default();
        return Some(format!("{series}#{season}e{episode}{part}"));
    }
    let name = details.subtitle.as_deref()?;
    Some(format!("{series}#{}{part}", fold(name)))
}

/// A film by its title and year.
fn film(details: &Details) -> Option<String> {
    let year = details.year.filter(|_| details.genre == Some(Genre::Movie))?;
    Some(format!("film:{}#{year}", fold(&details.title)))
}

/// The keys that ids tell; those that the world shares come before those of one provider.
fn by_ids(extras: &Extras) -> (Option<String>, Option<String>) {
    let (mut series, mut episode) = (None, None);
    let mut offer = |rank: u8, found: Keys| {
        for (kept, key) in [(&mut series, found.series), (&mut episode, found.episode)] {
            if let Some(key) = key
                && kept.as_ref().is_none_or(|(known, _)| rank < *known)
            {
                *kept = Some((rank, key));
            }
        }
    };
    for ExternalId { system, value } in &extras.ids {
        let system = system.to_ascii_lowercase();
        match system.as_str() {
            "thetvdb.com" | "thetvdb" | "tvdb" => offer(0, of_database("tvdb", value)),
            "themoviedb.org" | "themoviedb" | "tmdb" => offer(1, of_database("tmdb", value)),
            "imdb.com" | "imdb" => offer(2, of_database("imdb", value)),
            "dd_progid" => offer(3, of_data_direct(value)),
            _ if value.to_ascii_lowercase().starts_with("crid://") => offer(4, of_crid(&system, value)),
            _ => {}
        }
    }
    (series.map(|(_, key)| key), episode.map(|(_, key)| key))
}

#[derive(Default)]
struct Keys {
    series: Option<String>,
    episode: Option<String>,
}

/// `series/121361`, `episode/3254641`, `movie/603`; what an id without a kind means nobody says.
fn of_database(name: &str, value: &str) -> Keys {
    let Some((kind, id)) = value.trim().split_once('/') else {
        return Keys::default();
    };
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match kind.to_ascii_lowercase().as_str() {
        "series" | "tv" | "show" if is_id => Keys {
            series: Some(format!("{name}:series/{id}")),
            episode: None,
        },
        kind @ ("episode" | "movie") if is_id => Keys {
            series: None,
            episode: Some(format!("{name}:{kind}/{id}")),
        },
        _ => Keys::default(),
    }
}

/// `EP01234567.0012`: two letters, the series, the episode; `0000` is none. Of films (`MV`) and sports (`SP`) all of it.
fn of_data_direct(value: &str) -> Keys {
    let id: String = value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let Some((kind, digits)) = id.split_at_checked(2) else {
        return Keys::default();
    };
    if digits.len() < 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Keys::default();
    }
    let (series, episode) = digits.split_at(digits.len() - 4);
    let whole = || Some(format!("dd:{kind}{digits}"));
    match kind {
        "EP" | "SH" => Keys {
            series: Some(format!("dd:{series}")),
            episode: whole().filter(|_| kind == "EP" && episode != "0000"),
        },
        "MV" | "SP" => Keys {
            series: None,
            episode: whole(),
        },
        _ => Keys::default(),
    }
}

/// `crid://bbc.co.uk/b00xyz`, of the programme or of its series, as the system says (RFC 4078).
fn of_crid(system: &str, value: &str) -> Keys {
    let key = Some(value.trim().to_ascii_lowercase());
    if system.contains("series") {
        Keys {
            series: key,
            episode: None,
        }
    } else {
        Keys {
            series: None,
            episode: key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[(&str, &str)], change: impl FnOnce(&mut Details)) -> (Option<String>, Option<String>) {
        let mut details = Details {
            title: "The  News".to_owned(),
            ..Details::default()
        };
        let ids = ids
            .iter()
            .map(|(system, value)| external_id(system, (*value).to_owned()));
        details.extras.ids = ids.collect();
        change(&mut details);
        name(&mut details);
        (details.series_key, details.episode_key)
    }

    fn some(series: &str, episode: &str) -> (Option<String>, Option<String>) {
        let key = |key: &str| (!key.is_empty()).then(|| key.to_owned());
        (key(series), key(episode))
    }

    #[test]
    fn ids_tell_series_and_episode() {
        for (ids, expected) in [
            (
                &[("thetvdb.com", "series/121361"), ("dd_progid", "EP00003026.0665")][..],
                some("tvdb:series/121361", "dd:EP000030260665"),
            ),
            (&[("dd_progid", "SH000030260000")], some("dd:00003026", "")),
            (&[("dd_progid", "MV00012345.0000")], some("", "dd:MV000123450000")),
            (&[("themoviedb.org", "movie/603")], some("", "tmdb:movie/603")),
            (
                &[("crid.series", "crid://BBC.co.uk/s1"), ("crid", "crid://bbc.co.uk/p1")],
                some("crid://bbc.co.uk/s1", "crid://bbc.co.uk/p1"),
            ),
            (&[("imdb.com", "tt0086765"), ("dd_progid", "nonsense")], some("", "")),
        ] {
            assert_eq!(keys(ids, |_| {}), expected, "{ids:?}");
        }
    }

    #[test]
    fn without_ids_the_title_is_the_series_where_there_is_one() {
        assert_eq!(keys(&[], |_| {}), some("", ""));
        let numbered = |details: &mut Details| (details.season, details.episode) = (Some(2), Some(5));
        assert_eq!(keys(&[], numbered), some("title:the news", "title:the news#s2e5"));
        let named = |details: &mut Details| {
            details.categories = vec!["Drama".to_owned(), "SERIE".to_owned()];
            details.subtitle = Some("Pilot".to_owned());
        };
        assert_eq!(keys(&[], named), some("title:the news", "title:the news#pilot"));
        let film = |details: &mut Details| (details.genre, details.year) = (Some(Genre::Movie), Some(1927));
        assert_eq!(keys(&[], film), some("", "film:the news#1927"));
    }
}
