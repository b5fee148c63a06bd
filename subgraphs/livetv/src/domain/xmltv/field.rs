//! The elements of channels and programmes, by name.

use quick_xml::{XmlVersion, events::BytesStart};

use super::draft::trim;

/// What an element of a programme or a channel tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Subtitle,
    Description,
    SeriesDescription,
    Credits,
    Date,
    Category,
    Keyword,
    SpokenLanguage,
    OriginalLanguage,
    Icon,
    Country,
    Episode,
    Video,
    Audio,
    Shown,
    Premiere,
    LastChance,
    New,
    Live,
    Subtitles,
    Rating,
    StarRating,
    Image,
    Sport,
    Team,
    AudioDescription,
    DisplayName,
    Number,
    /// It is known and tells viewers nothing.
    Passed,
    /// Nobody knows it.
    Unknown,
}

impl Field {
    /// The field that an element of a programme is: the DTD's, and those that files have besides.
    pub(super) fn of_programme(name: &str) -> Self {
        match name {
            "title" => Self::Title,
            "sub-title" => Self::Subtitle,
            "desc" => Self::Description,
            "series-desc" => Self::SeriesDescription,
            "credits" => Self::Credits,
            "date" => Self::Date,
            "category" => Self::Category,
            "keyword" => Self::Keyword,
            "language" => Self::SpokenLanguage,
            "orig-language" => Self::OriginalLanguage,
            "icon" => Self::Icon,
            "country" => Self::Country,
            "episode-num" => Self::Episode,
            "video" => Self::Video,
            "audio" => Self::Audio,
            "previously-shown" => Self::Shown,
            "premiere" => Self::Premiere,
            "last-chance" => Self::LastChance,
            "new" => Self::New,
            "live" => Self::Live,
            "subtitles" => Self::Subtitles,
            "rating" => Self::Rating,
            "star-rating" => Self::StarRating,
            "image" => Self::Image,
            "sport" => Self::Sport,
            "team" | "teams" => Self::Team,
            "audio-description" | "audio-described" => Self::AudioDescription,
            "length" | "url" | "review" | "uri" | "clumpidx" => Self::Passed,
            _ => Self::Unknown,
        }
    }

    /// The field that an element of a channel is.
    pub(super) fn of_channel(name: &str) -> Self {
        match name {
            "display-name" => Self::DisplayName,
            "lcn" | "channel-number" => Self::Number,
            "icon" => Self::Icon,
            "url" | "uri" => Self::Passed,
            _ => Self::Unknown,
        }
    }

    /// Whether the element's text tells something that the element's presence does not.
    pub(super) const fn has_text(self) -> bool {
        !matches!(
            self,
            Self::Credits | Self::Video | Self::Audio | Self::Subtitles | Self::Passed | Self::Unknown
        )
    }
}

/// What an element within one of a programme's elements tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Somebody of the credits.
    Person,
    VideoQuality,
    VideoAspect,
    AudioSound,
    SubtitleLanguage,
    /// The value of a rating.
    Value,
    /// One of several teams.
    Team,
    /// It is known and tells viewers nothing.
    Passed,
    /// Nobody knows it.
    Unknown,
}

impl Part {
    pub(super) fn of(field: Field, name: &str) -> Self {
        match (field, name) {
            (Field::Credits, _) => Self::Person,
            (Field::Video, "quality") => Self::VideoQuality,
            (Field::Video, "aspect") => Self::VideoAspect,
            (Field::Audio, "stereo") => Self::AudioSound,
            (Field::Subtitles, "language") => Self::SubtitleLanguage,
            (Field::Rating | Field::StarRating, "value") => Self::Value,
            (Field::Team, "team" | "name") => Self::Team,
            (Field::Video, "present" | "colour" | "color")
            | (Field::Audio, "present")
            | (Field::Rating | Field::StarRating, "icon")
            | (Field::Passed | Field::Unknown, _) => Self::Passed,
            _ => Self::Unknown,
        }
    }
}

/// The attributes of an element that tell something. One value is used for all elements: nothing is allocated anew.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub lang: String,
    pub system: String,
    pub src: String,
    pub kind: String,
    pub start: String,
    pub role: String,
    pub is_guest: bool,
}

impl Attributes {
    /// Reads those of `tag`, once through.
    pub(super) fn read(&mut self, tag: &BytesStart<'_>) {
        for text in [
            &mut self.lang,
            &mut self.system,
            &mut self.src,
            &mut self.kind,
            &mut self.start,
            &mut self.role,
        ] {
            text.clear();
        }
        self.is_guest = false;
        if tag.attributes_raw().len() < 3 {
            return;
        }
        each(tag, |name, value| {
            let into = match name {
                "lang" | "xml:lang" => &mut self.lang,
                "system" => &mut self.system,
                "src" => &mut self.src,
                "type" => &mut self.kind,
                "start" => &mut self.start,
                "role" => &mut self.role,
                "guest" => {
                    self.is_guest = matches!(value, "yes" | "true" | "1");
                    return;
                }
                _ => return,
            };
            into.push_str(value);
        });
    }

    /// The element's language, if it names one.
    pub(super) fn language(&self) -> Option<&str> {
        (!self.lang.is_empty()).then_some(&self.lang)
    }
}

/// Hands out the attributes of `tag`. A wrong one is no reason to lose the others.
pub(super) fn each(tag: &BytesStart<'_>, mut take: impl FnMut(&str, &str)) {
    for attribute in tag.attributes().with_checks(false).flatten() {
        let value = &attribute.value;
        // Most values have neither references nor line ends.
        if value.bytes().any(|byte| matches!(byte, b'&' | b'\n' | b'\r' | b'\t')) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            // A wrong entity is no reason to lose the value.
            let value = value.unwrap_or_else(|_| attribute.value.clone());
            take(attribute.key.as_ref(), trim(&value));
        } else {
            take(attribute.key.as_ref(), trim(value));
        }
    }
}
