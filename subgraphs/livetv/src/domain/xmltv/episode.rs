//! Episode numbers, as guides write them.

/// Season and episode, each from 1, each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EpisodeNumber {
    /// Season.
    pub season: Option<i32>,
    /// Episode in the season.
    pub episode: Option<i32>,
}

impl EpisodeNumber {
    /// Whether nothing is known.
    pub const fn is_empty(&self) -> bool {
        self.season.is_none() && self.episode.is_none()
    }
}

/// Reads `season.episode.part`, counted from 0, each with an optional `/total`: `5.3/10.` is S06E04.
pub fn xmltv_ns(text: &str) -> EpisodeNumber {
    let mut parts = text.split('.').map(|part| {
        let number = part.split('/').next().unwrap_or_default().trim();
        number
            .parse::<i32>()
            .ok()
            .filter(|number| (0..100_000).contains(number))
            .map(|number| number + 1)
    });
    EpisodeNumber {
        season: parts.next().flatten(),
        episode: parts.next().flatten(),
    }
}

/// Reads what is shown to people: `S01E02`, `s1 e2`, `1x02`, `E2`, `S2021E1`.
pub fn onscreen(text: &str) -> EpisodeNumber {
    let text = text.to_ascii_lowercase();
    let mut found = EpisodeNumber {
        season: number_after(&text, 's'),
        episode: number_after(&text, 'e'),
    };
    if found.is_empty()
        && let Some((season, episode)) = text.split_once('x')
        && let (Ok(season), Some(episode)) = (season.trim().parse(), leading_number(episode.trim_start()))
    {
        found = EpisodeNumber {
            season: Some(season),
            episode: Some(episode),
        };
    }
    EpisodeNumber {
        season: found.season.filter(|season| *season > 0),
        episode: found.episode.filter(|episode| *episode > 0),
    }
}

/// The number right after `letter`, where the letter is not within a word.
fn number_after(text: &str, letter: char) -> Option<i32> {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character == letter && !before.is_alphabetic() {
            let rest = text[at + character.len_utf8()..].trim_start_matches([' ', '.', 'p']);
            if let Some(number) = leading_number(rest) {
                return Some(number);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(season: impl Into<Option<i32>>, episode: impl Into<Option<i32>>) -> EpisodeNumber {
        EpisodeNumber {
            season: season.into(),
            episode: episode.into(),
        }
    }

    #[test]
    fn both_systems_are_read() {
        assert_eq!(xmltv_ns("5.3/10."), numbers(6, 4));
        assert_eq!(xmltv_ns(" . 12 / 13 . 0/1"), numbers(None, 13));
        assert_eq!(xmltv_ns("nonsense"), numbers(None, None));
        assert_eq!(onscreen("S01E02"), numbers(1, 2));
        assert_eq!(onscreen("s3 ep. 4"), numbers(3, 4));
        assert_eq!(onscreen("2x07"), numbers(2, 7));
        assert_eq!(onscreen("E5"), numbers(None, 5));
        assert_eq!(onscreen("the series éé 😀"), numbers(None, None));
    }
}
