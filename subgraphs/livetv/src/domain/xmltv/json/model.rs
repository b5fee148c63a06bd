//! Channels and programmes as JSON has them.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};

use super::super::{
    Draft,
    draft::{squeeze, trim, word},
    episode::EpisodeNumber,
    field::{Attributes, Field, Part},
};

/// A channel as JSON has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub id: String,
    pub name: Option<String>,
    #[serde(default)]
    pub names: Vec<String>,
    pub number: Option<Number>,
    pub logo_url: Option<String>,
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "a set cannot be flattened into")]
    pub other: BTreeMap<String, IgnoredAny>,
}

/// A channel's number: `5` or `"5.1"`.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Number {
    Whole(u32),
    Text(String),
}

impl Number {
    /// As it is written.
    pub fn into_text(self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// A text: in one language, or in several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<LocalText>),
}

#[derive(Deserialize)]
struct LocalText {
    language: Option<String>,
    text: String,
}

#[derive(Deserialize)]
struct Person {
    role: String,
    name: String,
    character: Option<String>,
    #[serde(default)]
    guest: bool,
}

/// A rating or an id.
#[derive(Deserialize)]
struct Tagged {
    system: Option<String>,
    value: String,
}

#[derive(Deserialize)]
struct Picture {
    url: String,
    kind: Option<String>,
}

/// A programme as JSON has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "guides say yes or no of each")]
pub struct Programme {
    channel: String,
    start: String,
    stop: Option<String>,
    title: Option<Words>,
    subtitle: Option<Words>,
    description: Option<Words>,
    series_description: Option<String>,
    categories: Vec<String>,
    keywords: Vec<String>,
    season: Option<i32>,
    episode: Option<i32>,
    part: Option<i32>,
    parts: Option<i32>,
    ids: Vec<Tagged>,
    credits: Vec<Person>,
    ratings: Vec<Tagged>,
    star_ratings: Vec<Tagged>,
    image_url: Option<String>,
    images: Vec<Picture>,
    countries: Vec<String>,
    date: Option<String>,
    first_shown: Option<String>,
    language: Option<String>,
    original_language: Option<String>,
    quality: Option<String>,
    sound: Option<String>,
    aspect: Option<String>,
    audio_described: bool,
    subtitled: bool,
    signed: bool,
    subtitle_languages: Vec<String>,
    new: bool,
    premiere: bool,
    live: bool,
    repeat: bool,
    last_chance: bool,
    sport: Option<String>,
    teams: Vec<String>,
    #[serde(flatten)]
    #[expect(clippy::zero_sized_map_values, reason = "a set cannot be flattened into")]
    pub other: BTreeMap<String, IgnoredAny>,
}

impl Programme {
    /// Goes the way of an XMLTV programme: its bounds and rules are those of this one.
    pub fn into_draft(self, line: u32, attributes: &mut Attributes) -> Draft {
        let mut draft = Draft {
            line,
            channel: trim(&self.channel).to_owned(),
            start: self.start,
            stop: self.stop,
            was_shown: self.repeat,
            ..Draft::default()
        };
        let texts = [
            (Field::Title, self.title),
            (Field::Subtitle, self.subtitle),
            (Field::Description, self.description),
        ];
        for (field, words) in texts {
            take_words(&mut draft, field, words, attributes);
        }
        let plain = Attributes::default();
        let lists = [
            (Field::Category, self.categories),
            (Field::Keyword, self.keywords),
            (Field::Country, self.countries),
            (Field::Team, self.teams),
        ];
        for (field, words) in lists {
            for word in words {
                draft.take(field, squeeze(&word), &plain);
            }
        }
        let words = [
            (Field::SeriesDescription, self.series_description),
            (Field::Date, self.date),
            (Field::SpokenLanguage, self.language),
            (Field::OriginalLanguage, self.original_language),
            (Field::Sport, self.sport),
        ];
        for (field, word) in words {
            draft.take(field, word.map(|word| squeeze(&word)).unwrap_or_default(), &plain);
        }
        draft.details.is_new = self.new;
        draft.details.is_premiere = self.premiere;
        draft.details.is_live = self.live;
        draft.details.is_last_chance = self.last_chance;
        let extras = &mut draft.details.extras;
        extras.is_audio_described = self.audio_described;
        extras.is_subtitled = self.subtitled;
        extras.is_signed = self.signed;
        extras.first_shown = self.first_shown.as_deref().and_then(word);
        let parts = [
            (Field::Video, Part::VideoQuality, self.quality),
            (Field::Video, Part::VideoAspect, self.aspect),
            (Field::Audio, Part::AudioSound, self.sound),
        ];
        for (field, part, word) in parts {
            let word = word.map(|word| squeeze(&word)).unwrap_or_default();
            draft.take_part((field, part), word, ("", &plain), &plain);
        }
        for language in self.subtitle_languages {
            let part = (Field::Subtitles, Part::SubtitleLanguage);
            draft.take_part(part, squeeze(&language), ("", &plain), &plain);
        }
        take_tagged(&mut draft, self.ids, self.ratings, self.star_ratings);
        for person in self.credits {
            let own = Attributes {
                role: person.character.unwrap_or_default(),
                is_guest: person.guest,
                ..Attributes::default()
            };
            let part = (Field::Credits, Part::Person);
            draft.take_part(part, squeeze(&person.name), (trim(&person.role), &own), &plain);
        }
        if let Some(url) = self.image_url {
            draft.take_image(&url, None);
        }
        for picture in self.images {
            draft.take_image(&picture.url, picture.kind.as_deref().and_then(word));
        }
        let usual = |number: Option<i32>| number.filter(|number| (1..=100_000).contains(number));
        draft.ns = EpisodeNumber {
            season: usual(self.season),
            episode: usual(self.episode),
            part: usual(self.part),
            parts: usual(self.parts),
        };
        draft
    }
}

fn take_words(draft: &mut Draft, field: Field, words: Option<Words>, attributes: &mut Attributes) {
    let texts = match words {
        None => return,
        Some(Words::One(text)) => vec![LocalText { language: None, text }],
        Some(Words::Many(texts)) => texts,
    };
    for LocalText { language, text } in texts {
        attributes.lang = language.unwrap_or_default();
        draft.take(field, squeeze(&text), attributes);
    }
}

fn take_tagged(draft: &mut Draft, ids: Vec<Tagged>, ratings: Vec<Tagged>, stars: Vec<Tagged>) {
    for Tagged { system, value } in ids {
        draft.take_episode(&system.unwrap_or_default(), squeeze(&value));
    }
    for (field, list) in [(Field::Rating, ratings), (Field::StarRating, stars)] {
        for Tagged { system, value } in list {
            let outer = Attributes {
                system: system.unwrap_or_default(),
                ..Attributes::default()
            };
            draft.take_part((field, Part::Value), squeeze(&value), ("", &outer), &outer);
        }
    }
}
