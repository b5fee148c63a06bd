//! What the elements of channels and programmes mean.

use super::{
    FileChannel,
    episode::{self, EpisodeNumber},
    time,
};
use crate::domain::{
    number::ChannelNumber,
    policy::Policies,
    report::{Code, Report, truncate},
    schedule::{Details, RawEntry},
};

/// Longest text that is kept while it is read: white space is dropped later.
pub(super) const MAX_TEXT: usize = 2 * MAX_DESCRIPTION;
/// Longest channel id.
pub(super) const MAX_ID: usize = 200;
const MAX_TITLE: usize = 500;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_CATEGORIES: usize = 16;
const MAX_NAMES: usize = 8;
const MAX_URL: usize = 2000;

/// Elements that are understood or passed over on purpose.
const KNOWN: [&str; 35] = [
    "title",
    "sub-title",
    "desc",
    "category",
    "episode-num",
    "display-name",
    "lcn",
    "icon",
    "url",
    "credits",
    "date",
    "keyword",
    "language",
    "orig-language",
    "length",
    "country",
    "video",
    "audio",
    "previously-shown",
    "premiere",
    "last-chance",
    "new",
    "subtitles",
    "rating",
    "star-rating",
    "review",
    "image",
    "series-desc",
    "live",
    "sport",
    "team",
    "audio-description",
    "uri",
    "channel-number",
    "clumpidx",
];

/// Whether an element is understood or passed over on purpose.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// A field whose text is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Subtitle,
    Description,
    Category,
    EpisodeNs,
    EpisodeOnscreen,
    DisplayName,
    Number,
}

impl Field {
    /// The field that an element of a programme is; `system` says how an episode number is written.
    pub(super) fn of_programme(name: &str, system: Option<&str>) -> Option<Self> {
        match (name, system) {
            ("title", _) => Some(Self::Title),
            ("sub-title", _) => Some(Self::Subtitle),
            ("desc", _) => Some(Self::Description),
            ("category", _) => Some(Self::Category),
            ("episode-num", Some("xmltv_ns")) => Some(Self::EpisodeNs),
            // Without a system it is "onscreen": the DTD's default.
            ("episode-num", None | Some("onscreen" | "SxxExx")) => Some(Self::EpisodeOnscreen),
            _ => None,
        }
    }

    /// The field that an element of a channel is.
    pub(super) fn of_channel(name: &str) -> Option<Self> {
        match name {
            "display-name" => Some(Self::DisplayName),
            "lcn" | "channel-number" => Some(Self::Number),
            _ => None,
        }
    }
}

/// A programme as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub line: u32,
    pub channel: String,
    pub start: String,
    pub stop: Option<String>,
    pub details: Details,
    pub ns: EpisodeNumber,
    pub onscreen: EpisodeNumber,
}

impl Draft {
    /// Takes the text of a field. Files repeat fields in several languages: the first is the channel's.
    pub(super) fn take(&mut self, field: Field, mut text: String) {
        let most = if field == Field::Description {
            MAX_DESCRIPTION
        } else {
            MAX_TITLE
        };
        truncate(&mut text, most);
        let details = &mut self.details;
        match field {
            Field::Title if details.title.is_empty() => details.title = text,
            Field::Subtitle => {
                details.subtitle.get_or_insert(text);
            }
            Field::Description => {
                details.description.get_or_insert(text);
            }
            Field::Category if details.categories.len() < MAX_CATEGORIES && !details.categories.contains(&text) => {
                details.categories.push(text);
            }
            Field::EpisodeNs => self.ns = episode::xmltv_ns(&text),
            Field::EpisodeOnscreen => self.onscreen = episode::onscreen(&text),
            _ => {}
        }
    }

    /// The channel's id and the programme, if it can be used.
    pub(super) fn finish(mut self, _policies: &Policies, report: &mut Report) -> Option<(String, RawEntry)> {
        let line = Some(self.line);
        let title = &self.details.title;
        if title.is_empty() {
            report.error(
                Code::NoTitle,
                line,
                format_args!("a programme without a title: left out"),
            );
            return None;
        }
        if self.channel.is_empty() || self.channel.len() > MAX_ID {
            report.error(
                Code::NoChannel,
                line,
                format_args!("{title:?} names no channel: left out"),
            );
            return None;
        }
        let Some(starts_at) = time::parse(&self.start) else {
            let start = &self.start;
            let text = format_args!("{title:?} has the start {start:?}, which is no time: left out");
            report.error(Code::BadTime, line, text);
            return None;
        };
        let ends_at = self.stop.as_deref().and_then(time::parse);
        if let Some(stop) = &self.stop
            && ends_at.is_none()
        {
            let text = format_args!("{title:?} has the stop {stop:?}, which is no time");
            report.warn(Code::BadTime, line, text);
        }
        let number = if self.ns.is_empty() { self.onscreen } else { self.ns };
        self.details.season = number.season;
        self.details.episode = number.episode;
        let entry = RawEntry {
            starts_at,
            ends_at,
            details: self.details,
            line: self.line,
        };
        Some((self.channel, entry))
    }
}

/// Takes the text of a channel's field. Names that are numbers tell its number.
pub(super) fn take_channel(channel: &mut FileChannel, field: Field, mut text: String) {
    truncate(&mut text, MAX_TITLE);
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
pub(super) fn take_logo(channel: &mut FileChannel, url: Option<String>) {
    let is_address = |url: &String| url.len() <= MAX_URL && (url.starts_with("https://") || url.starts_with("http://"));
    channel.logo_url = channel.logo_url.take().or_else(|| url.filter(is_address));
}
