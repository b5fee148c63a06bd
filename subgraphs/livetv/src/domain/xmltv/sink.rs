//! What becomes of the channels and programmes of a file.

use std::collections::HashMap;

use kernel::Instant;

use super::{
    FileChannel, Guide, Limits,
    draft::{Draft, MAX_ID},
    time::Clock,
};
use crate::domain::{
    genre::Genre,
    identity,
    policy::Policies,
    report::{Code, Report},
    schedule::{Details, RawEntry},
};

/// Categories whose genre is remembered.
const MAX_GENRES: usize = 10_000;

/// Roles of the credits in the order of the DTD.
pub const ROLES: [&str; 10] = [
    "director",
    "actor",
    "writer",
    "adapter",
    "producer",
    "composer",
    "editor",
    "presenter",
    "commentator",
    "guest",
];

/// Where channels and programmes go.
pub struct Sink<'p> {
    pub guide: Guide,
    limits: Limits,
    policies: &'p Policies,
    clock: Clock<'p>,
    genres: HashMap<String, Option<Genre>>,
}

impl<'p> Sink<'p> {
    /// Nothing has come yet.
    pub fn new(limits: Limits, policies: &'p Policies) -> Self {
        Self {
            guide: Guide::default(),
            limits,
            policies,
            clock: Clock::new(policies),
            genres: HashMap::new(),
        }
    }

    /// One more programme begins.
    pub fn count_programme(&mut self) -> Result<(), String> {
        self.guide.programmes += 1;
        if self.guide.programmes as usize > self.limits.programmes {
            return Err(format!("more than {} programmes", self.limits.programmes));
        }
        Ok(())
    }

    /// Takes a channel.
    pub fn take_channel(&mut self, channel: FileChannel) -> Result<(), String> {
        if channel.xmltv_id.is_empty() || channel.xmltv_id.len() > MAX_ID {
            let text = format_args!("a channel without a usable id: left out");
            self.guide.report.error(Code::NoChannel, Some(channel.line), text);
            return Ok(());
        }
        if self.guide.channels.len() >= self.limits.channels {
            return Err(format!("more than {} channels", self.limits.channels));
        }
        self.guide.channels.push(channel);
        Ok(())
    }

    /// Takes a programme, if it can be used.
    pub fn take_programme(&mut self, mut draft: Draft) {
        let report = &mut self.guide.report;
        let line = Some(draft.line);
        let titles = std::mem::take(&mut draft.titles);
        let (Some(title), titles) = titles.choose(self.policies.language.as_deref()) else {
            report.error(
                Code::NoTitle,
                line,
                format_args!("a programme without a title: left out"),
            );
            return;
        };
        draft.details.title = title.text;
        draft.details.extras.titles = titles;
        draft.details.extras.language = title.language;
        let name = &draft.details.title;
        if draft.channel.is_empty() || draft.channel.len() > MAX_ID {
            report.error(
                Code::NoChannel,
                line,
                format_args!("{name:?} names no channel: left out"),
            );
            return;
        }
        let last = self
            .guide
            .schedules
            .get(&draft.channel)
            .and_then(|programmes| programmes.last());
        let last = last.map(|entry| entry.starts_at);
        let Some((starts_at, ends_at)) = times(&mut self.clock, &draft, last, report) else {
            return;
        };
        let line = draft.line;
        let channel = std::mem::take(&mut draft.channel);
        let entry = RawEntry {
            starts_at,
            ends_at,
            details: self.details(draft),
            line,
        };
        match self.guide.schedules.get_mut(&channel) {
            Some(programmes) => programmes.push(entry),
            None => drop(self.guide.schedules.insert(channel, vec![entry])),
        }
    }

    /// What follows from all the fields together.
    fn details(&mut self, draft: Draft) -> Details {
        let mut details = draft.details;
        // The language of the title, where a text has it.
        let language = details.extras.language.clone();
        let wished = language.as_deref().or(self.policies.language.as_deref());
        let (subtitle, others) = draft.subtitles.choose(wished);
        details.subtitle = subtitle.map(|text| text.text);
        details.extras.subtitles = others;
        let (description, others) = draft.descriptions.choose(wished);
        details.description = description.map(|text| text.text);
        details.extras.descriptions = others;
        let number = if draft.ns.is_empty() { draft.onscreen } else { draft.ns };
        (details.season, details.episode) = (number.season, number.episode);
        (details.extras.part, details.extras.parts) = (number.part, number.parts);
        details.is_repeat = draft.was_shown && !details.is_new;
        details.is_new |= details.is_premiere;
        details.rating = details.extras.ratings.first().map(|rating| rating.value.clone());
        details.genre = self.genre(&details.categories);
        let credits = &mut details.extras.credits;
        if credits.len() > 1 {
            credits.sort_by_key(|credit| {
                ROLES
                    .iter()
                    .position(|role| *role == credit.role)
                    .unwrap_or(ROLES.len())
            });
        }
        // As they are written: the DTD has icons before images.
        details.extras.images.sort_by_key(|image| image.kind.is_some());
        identity::name(&mut details);
        shrink(&mut details);
        details
    }

    fn genre(&mut self, categories: &[String]) -> Option<Genre> {
        let mut found = None;
        for category in categories {
            let genre = match self.genres.get(category) {
                Some(genre) => *genre,
                None => {
                    let genre = Genre::of_category(category);
                    if self.genres.len() < MAX_GENRES {
                        self.genres.insert(category.clone(), genre);
                    }
                    genre
                }
            };
            if genre.is_some() {
                return genre;
            }
            found = Some(Genre::Other);
        }
        found
    }
}

/// Gives back what lists have room for: of a whole guide that is more than its texts.
fn shrink(details: &mut Details) {
    details.categories.shrink_to_fit();
    let extras = &mut details.extras;
    extras.titles.shrink_to_fit();
    extras.subtitles.shrink_to_fit();
    extras.descriptions.shrink_to_fit();
    extras.credits.shrink_to_fit();
    extras.ratings.shrink_to_fit();
    extras.star_ratings.shrink_to_fit();
    extras.ids.shrink_to_fit();
    extras.images.shrink_to_fit();
    extras.countries.shrink_to_fit();
    extras.keywords.shrink_to_fit();
    extras.subtitle_languages.shrink_to_fit();
    extras.teams.shrink_to_fit();
}

/// When a programme begins and ends; none when it cannot be used.
fn times(
    clock: &mut Clock<'_>,
    draft: &Draft,
    last: Option<Instant>,
    report: &mut Report,
) -> Option<(Instant, Option<Instant>)> {
    let (line, name) = (Some(draft.line), &draft.details.title);
    let start = &draft.start;
    let starts_at = match clock.read(start, &draft.channel, last) {
        Ok(read) => {
            read.tell(line, start, report);
            read.at
        }
        Err(fault) => {
            let text = format_args!("{name:?} has the start {start:?}, which {fault}: left out");
            report.error(fault.code(), line, text);
            return None;
        }
    };
    let Some(stop) = &draft.stop else {
        return Some((starts_at, None));
    };
    let ends_at = match clock.read(stop, &draft.channel, Some(starts_at)) {
        Ok(read) => Some(read.at),
        Err(fault) => {
            let text = format_args!("{name:?} has the stop {stop:?}, which {fault}: it has no end");
            report.warn(fault.code(), line, text);
            None
        }
    };
    Some((starts_at, ends_at))
}
