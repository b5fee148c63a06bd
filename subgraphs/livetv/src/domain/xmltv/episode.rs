//! Episode numbers, as guides write them.

/// Season, episode and part, each from 1, each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EpisodeNumber {
    /// Season.
    pub season: Option<i32>,
    /// Episode in the season.
    pub episode: Option<i32>,
    /// Part of an episode that is shown in several.
    pub part: Option<i32>,
    /// How many parts there are.
    pub parts: Option<i32>,
}

/// Highest number that is believed: some guides write a date.
const HIGHEST: i32 = 100_000;

impl EpisodeNumber {
    /// Whether neither season nor episode is known.
    pub const fn is_empty(&self) -> bool {
        self.season.is_none() && self.episode.is_none()
    }
}

/// Reads `season.episode.part`, counted from 0, each with an optional `/total`: `5.3/10.` is S06E04.
pub fn xmltv_ns(text: &str) -> EpisodeNumber {
    let mut parts = text.split('.').map(|part| {
        let mut numbers = part.split('/').map(|number| number.trim().parse::<i32>().ok());
        let number = numbers.next().flatten().filter(|number| (0..HIGHEST).contains(number));
        let total = numbers.next().flatten().filter(|total| (1..HIGHEST).contains(total));
        (number.map(|number| number + 1), total)
    });
    let mut next = || parts.next().unwrap_or_default();
    let (season, episode, part) = (next().0, next().0, next());
    // "0/1" is all of it.
    let is_part = part.1.is_none_or(|total| total > 1) && part.0.is_some();
    EpisodeNumber {
        season,
        episode,
        part: part.0.filter(|_| is_part),
        parts: part.1.filter(|_| is_part),
    }
}

/// Words before the number of a season, in lower case; the longer before the shorter.
const SEASON: [&str; 12] = [
    "season",
    "saison",
    "series",
    "staffel",
    "stagione",
    "temporada",
    "seizoen",
    "säsong",
    "sezon",
    "ser",
    "st",
    "s",
];
/// Words before the number of an episode.
const EPISODE: [&str; 13] = [
    "episode",
    "épisode",
    "episodio",
    "episódio",
    "aflevering",
    "avsnitt",
    "folge",
    "odcinek",
    "capítulo",
    "ep",
    "afl",
    "e",
    "f",
];

/// Reads what is shown to people: `S01E02`, `s1 e2`, `1x02`, `E2`, `S2021E1`, `Season 1 Episode 2`, `Staffel 1, Folge 2`,
/// `(3/10)`, `Ep 3 of 10`.
pub fn onscreen(text: &str) -> EpisodeNumber {
    let text = text.to_lowercase();
    let mut found = EpisodeNumber {
        season: number_after(&text, &SEASON),
        episode: number_after(&text, &EPISODE),
        ..EpisodeNumber::default()
    };
    if found.is_empty() {
        let pair = |by: char| {
            let (first, second) = text.split_once(by)?;
            Some((trailing_number(first)?, leading_number(second.trim_start())?))
        };
        if let Some((season, episode)) = pair('x') {
            (found.season, found.episode) = (Some(season), Some(episode));
        } else if let Some((episode, total)) = pair('/')
            && episode <= total
        {
            found.episode = Some(episode);
        } else {
            // A number alone is an episode.
            found.episode = text.trim().parse().ok();
        }
    }
    let usual = |number: &i32| (1..=HIGHEST).contains(number);
    EpisodeNumber {
        season: found.season.filter(usual),
        episode: found.episode.filter(usual),
        ..found
    }
}

/// The number right after one of `words`, where that is not within another word.
fn number_after(text: &str, words: &[&str]) -> Option<i32> {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        // S01E02: the letter before may belong to no word, a digit does not.
        if !before.is_alphabetic() && character.is_alphabetic() {
            let rest = &text[at..];
            for word in words {
                let Some(rest) = rest.strip_prefix(word) else { continue };
                let rest = rest.trim_start_matches([' ', '.', ':', '#', '-']);
                if let Some(number) = leading_number(rest) {
                    return Some(number);
                }
            }
        }
        before = character;
    }
    None
}

fn leading_number(text: &str) -> Option<i32> {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

fn trailing_number(text: &str) -> Option<i32> {
    let text = text.trim_end();
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    text[text.len() - digits..].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(season: impl Into<Option<i32>>, episode: impl Into<Option<i32>>) -> EpisodeNumber {
        EpisodeNumber {
            season: season.into(),
            episode: episode.into(),
            ..EpisodeNumber::default()
        }
    }

    #[test]
    fn numbers_of_the_file_format_count_from_zero() {
        assert_eq!(xmltv_ns("5.3/10."), numbers(6, 4));
        assert_eq!(xmltv_ns(" . 12 / 13 . 0/1"), numbers(None, 13));
        assert_eq!(xmltv_ns("nonsense"), numbers(None, None));
        let part = xmltv_ns("0.4.1/3");
        assert_eq!((part.episode, part.part, part.parts), (Some(5), Some(2), Some(3)));
    }

    #[test]
    fn numbers_for_people_are_read_in_many_spellings() {
        for text in [
            "S01E02",
            "s1 e2",
            "S1, Ep2",
            "s.1 ep. 2",
            "1x02",
            "Season 1 Episode 2",
            "Series 1, Episode 2 of 8",
            "Staffel 1, Folge 2",
            "Saison 1 : Épisode 2",
            "T: Temporada 1 Episodio 2",
        ] {
            assert_eq!(onscreen(text), numbers(1, 2), "{text}");
        }
        assert_eq!(onscreen("S2021E1"), numbers(2021, 1));
        assert_eq!(onscreen("E5"), numbers(None, 5));
        assert_eq!(onscreen("(3/10)"), numbers(None, 3));
        assert_eq!(onscreen("117"), numbers(None, 117));
        assert_eq!(onscreen("Ep 3 of 10"), numbers(None, 3));
        for text in ["the series éé 😀", "", "S", "/", "x", "S0E0", "99999999999999999999"] {
            assert_eq!(onscreen(text), numbers(None, None), "{text}");
        }
    }
}
