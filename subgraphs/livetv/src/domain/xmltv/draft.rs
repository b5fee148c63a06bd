//! Channels and programmes as far as they are read.

pub use super::language::LocalTexts;
use super::{
    FileChannel,
    episode::{self, EpisodeNumber},
    field::{Attributes, Field, Part},
};
use crate::domain::{
    extras::{Credit, Image, Quality, Rating},
    identity,
    number::ChannelNumber,
    report::truncate,
    schedule::Details,
};

/// Longest text that is kept while it is read: white space is dropped later.
pub(super) const MAX_TEXT: usize = 2 * MAX_DESCRIPTION;
/// Longest channel id.
pub const MAX_ID: usize = 200;
const MAX_TITLE: usize = 500;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_WORD: usize = 100;
const MAX_LIST: usize = 16;
const MAX_CREDITS: usize = 60;
const MAX_RATINGS: usize = 8;
const MAX_NAMES: usize = 8;
const MAX_URL: usize = 2000;

/// A programme as far as it was read.
#[derive(Debug, Default)]
pub struct Draft {
    pub line: u32,
    pub channel: String,
    pub start: String,
    pub stop: Option<String>,
    pub titles: LocalTexts,
    pub subtitles: LocalTexts,
    pub descriptions: LocalTexts,
    pub details: Details,
    pub was_shown: bool,
    pub ns: EpisodeNumber,
    pub onscreen: EpisodeNumber,
}

impl Draft {
    /// Takes a field with its text, which may be empty.
    pub(super) fn take(&mut self, field: Field, text: String, attributes: &Attributes) {
        let details = &mut self.details;
        match field {
            Field::New => details.is_new = true,
            Field::Premiere => details.is_premiere = true,
            Field::Live => details.is_live = !matches!(text.as_str(), "0" | "no" | "false"),
            Field::LastChance => details.is_last_chance = true,
            Field::AudioDescription => details.extras.is_audio_described = true,
            Field::Shown => {
                self.was_shown = true;
                details.extras.first_shown = word(&attributes.start);
            }
            Field::Subtitles => match attributes.kind.as_str() {
                "deaf-signed" => details.extras.is_signed = true,
                _ => details.extras.is_subtitled = true,
            },
            Field::Icon => self.take_image(&attributes.src, None),
            _ if text.is_empty() => {}
            Field::Title => self.titles.push(attributes.language(), cut(text, MAX_TITLE)),
            Field::Subtitle => self.subtitles.push(attributes.language(), cut(text, MAX_TITLE)),
            Field::Description => self
                .descriptions
                .push(attributes.language(), cut(text, MAX_DESCRIPTION)),
            Field::SeriesDescription => {
                details
                    .extras
                    .series_description
                    .get_or_insert(cut(text, MAX_DESCRIPTION));
            }
            Field::Category => push(&mut details.categories, cut(text, MAX_TITLE)),
            Field::Keyword => push(&mut details.extras.keywords, cut(text, MAX_WORD)),
            Field::Country => push(&mut details.extras.countries, cut(text, MAX_WORD)),
            Field::Team => push(&mut details.extras.teams, cut(text, MAX_WORD)),
            Field::Episode => self.take_episode(&attributes.system, text),
            Field::Image => {
                let kind = word(&attributes.kind);
                self.take_image(&text, kind);
            }
            _ => self.take_word(field, &text),
        }
    }

    /// Takes a field that is one short text.
    fn take_word(&mut self, field: Field, text: &str) {
        let extras = &mut self.details.extras;
        match field {
            Field::Date => {
                extras.date = word(text);
                self.details.year = year(text);
            }
            Field::SpokenLanguage => extras.spoken_language = word(text),
            Field::OriginalLanguage => extras.original_language = word(text),
            Field::Sport => extras.sport = word(text),
            // Ratings without the element `value` among them.
            _ => {}
        }
    }

    /// Takes what stands within a field.
    pub(super) fn take_part(
        &mut self,
        (field, part): (Field, Part),
        text: String,
        (name, own): (&str, &Attributes),
        outer: &Attributes,
    ) {
        let extras = &mut self.details.extras;
        if text.is_empty() {
            return;
        }
        match part {
            Part::Person => {
                let credit = Credit {
                    role: cut(name.to_owned(), MAX_WORD),
                    name: cut(text, MAX_TITLE),
                    character: word(&own.role),
                    is_guest: own.is_guest,
                };
                push_up_to(&mut extras.credits, credit, MAX_CREDITS);
            }
            Part::VideoQuality => extras.quality = quality(&text),
            Part::VideoAspect => extras.aspect = word(&text),
            Part::AudioSound => extras.sound = word(&text),
            Part::SubtitleLanguage => push(&mut extras.subtitle_languages, cut(text, MAX_WORD)),
            Part::Team => push(&mut extras.teams, cut(text, MAX_WORD)),
            Part::Value => {
                let rating = Rating {
                    system: word(&outer.system),
                    value: cut(text, MAX_WORD),
                };
                let ratings = match field {
                    Field::Rating => &mut extras.ratings,
                    _ => &mut extras.star_ratings,
                };
                push_up_to(ratings, rating, MAX_RATINGS);
            }
            Part::Passed | Part::Unknown => {}
        }
    }

    /// Takes an episode number or an id; `system` says how it is written.
    pub fn take_episode(&mut self, system: &str, text: String) {
        let system = trim(system);
        match system {
            "xmltv_ns" => self.ns = episode::xmltv_ns(&text),
            "original-air-date" => self.details.extras.first_shown = word(&text),
            _ => {
                // Without a system it is "onscreen": the DTD's default.
                let system = if system.is_empty() { "onscreen" } else { system };
                if identity::is_for_people(system) && self.onscreen.is_empty() {
                    self.onscreen = episode::onscreen(&text);
                }
                let id = identity::external_id(system, cut(text, MAX_TITLE));
                push_up_to(&mut self.details.extras.ids, id, MAX_LIST);
            }
        }
    }

    /// Takes a picture that is a web address; the first is the programme's.
    pub fn take_image(&mut self, url: &str, kind: Option<String>) {
        if !is_address(url) {
            return;
        }
        if self.details.image_url.is_none() {
            self.details.image_url = Some(url.to_owned());
            if kind.is_none() {
                return;
            }
        }
        let url = url.to_owned();
        push_up_to(&mut self.details.extras.images, Image { url, kind }, MAX_LIST);
    }
}

/// Takes a field of a channel. Names that are numbers tell its number.
pub(super) fn take_channel(channel: &mut FileChannel, field: Field, text: String, attributes: &Attributes) {
    if field == Field::Icon {
        take_logo(channel, &attributes.src);
    }
    if text.is_empty() {
        return;
    }
    let text = cut(text, MAX_TITLE);
    let number = ChannelNumber::parse(&text);
    match (field, number) {
        (Field::Number, Some(number)) => channel.number = Some(number),
        (Field::DisplayName, Some(number)) => {
            channel.number.get_or_insert(number);
        }
        (Field::DisplayName, None) if channel.names.len() < MAX_NAMES => channel.names.push(text),
        _ => {}
    }
}

/// Takes a channel's first logo that is a web address.
pub fn take_logo(channel: &mut FileChannel, url: &str) {
    if channel.logo_url.is_none() && is_address(url) {
        channel.logo_url = Some(url.to_owned());
    }
}

fn is_address(url: &str) -> bool {
    url.len() <= MAX_URL && (url.starts_with("https://") || url.starts_with("http://"))
}

/// A text without white space around it, single spaces in it, and nothing that XML cannot say (XML 1.0 §2.2).
pub(super) fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    squeezed
}

/// Without spaces around it, and what an export writes as spaces.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// A space, or what XML cannot carry: XML 1.0 §2.2.
fn is_space(character: char) -> bool {
    character.is_whitespace() || character < ' ' || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        truncate(&mut text, most);
        text.truncate(text.trim_end().len());
    }
    text
}

/// A short text; none when it is empty.
pub fn word(text: &str) -> Option<String> {
    let text = squeeze(text);
    (!text.is_empty()).then(|| cut(text, MAX_WORD))
}

fn push(list: &mut Vec<String>, text: String) {
    push_up_to(list, text, MAX_LIST);
}

fn push_up_to<T: PartialEq>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() < most && !list.contains(&item) {
        list.push(item);
    }
}

/// The year of a date like `20261121` or `2026-11`.
pub fn year(text: &str) -> Option<i32> {
    let digits = text.trim().get(..4)?;
    let year = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    (1800..2200).contains(&year).then_some(year)
}

/// How sharp a picture is that is called so.
pub fn quality(text: &str) -> Option<Quality> {
    let text = text.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["uhd", "4k", "8k", "2160"]) {
        Some(Quality::Uhd)
    } else if has(&["hd", "1080", "720"]) {
        Some(Quality::Hd)
    } else if has(&["sd", "576", "480", "pal", "ntsc"]) {
        Some(Quality::Sd)
    } else {
        None
    }
}
