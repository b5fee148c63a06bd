//! The elements of XMLTV.

use std::collections::BTreeMap;

use quick_xml::{
    XmlVersion,
    events::{BytesRef, BytesStart, Event},
    reader::Reader,
};

use super::{
    Broken, FileChannel, Guide, Limits,
    episode::{self, EpisodeNumber},
    input::Text,
    time,
};
use crate::domain::{
    number::ChannelNumber,
    report::truncate,
    schedule::{Details, RawEntry},
};

const MAX_TITLE: usize = 500;
const MAX_DESCRIPTION: usize = 10_000;
const MAX_CATEGORIES: usize = 16;
const MAX_NAMES: usize = 8;
const MAX_ID: usize = 200;
/// Names of unknown elements that are told apart.
const MAX_UNKNOWN: usize = 50;

/// Elements that are understood or passed over on purpose.
const KNOWN: [&str; 35] = [
    "title", "sub-title", "desc", "category", "episode-num", "display-name", "lcn", "icon", "url", "credits", "date",
    "keyword", "language", "orig-language", "length", "country", "video", "audio", "previously-shown", "premiere",
    "last-chance", "new", "subtitles", "rating", "star-rating", "review", "image", "series-desc", "live", "sport",
    "team", "audio-description", "uri", "channel-number", "clumpidx",
];

/// A field whose text is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Subtitle,
    Description,
    Category,
    EpisodeNs,
    EpisodeOnscreen,
    DisplayName,
    Number,
}

/// A programme as far as it was read.
#[derive(Default)]
struct Draft {
    line: u32,
    channel: String,
    start: String,
    stop: Option<String>,
    details: Details,
    ns: EpisodeNumber,
    onscreen: EpisodeNumber,
}

/// The element below `tv` that is open.
enum Open {
    Nothing,
    Channel(FileChannel),
    Programme(Draft),
}

/// Reads one file.
pub(super) struct Parser {
    limits: Limits,
    guide: Guide,
    depth: usize,
    has_root: bool,
    open: Open,
    field: Option<Field>,
    text: String,
    unknown: BTreeMap<String, u32>,
}

impl Parser {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            guide: Guide::default(),
            depth: 0,
            has_root: false,
            open: Open::Nothing,
            field: None,
            text: String::new(),
            unknown: BTreeMap::new(),
        }
    }

    pub(super) fn read(mut self, text: Text<'_>) -> Result<Guide, Broken> {
        let mut reader = Reader::from_reader(text);
        // "Tom & Jerry" is wrong, common, and clear.
        reader.config_mut().allow_dangling_amp = true;
        let mut buffer = Vec::with_capacity(4096);
        loop {
            buffer.clear();
            reader.get_mut().begin_piece();
            // The line where the piece begins: tags may go over several.
            let begins = reader.get_ref().line();
            let event = reader.read_event_into(&mut buffer);
            let taken = match event {
                Ok(Event::Eof) => break self.end(reader.get_ref().line()),
                Ok(event) => self.take(event, begins),
                Err(error) => {
                    let at = reader.buffer_position();
                    Err(Broken { line: reader.get_ref().line(), text: format!("{error} (byte {at})") })
                }
            };
            taken?;
        }
    }

    fn end(mut self, line: u32) -> Result<Guide, Broken> {
        if !self.has_root {
            return Err(Broken { line, text: "the file is not XML".to_owned() });
        }
        if self.depth > 0 {
            return Err(Broken { line, text: "the file ends before </tv>".to_owned() });
        }
        if !self.unknown.is_empty() {
            let names: Vec<String> = self.unknown.iter().map(|(name, count)| format!("{name} ({count})")).collect();
            self.guide.report.warn(None, format!("unknown elements were passed over: {}", names.join(", ")));
        }
        Ok(self.guide)
    }

    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), Broken> {
        match event {
            Event::Start(tag) => self.begin(&tag, line),
            Event::Empty(tag) => {
                self.begin(&tag, line)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                Err(Broken { line, text: "the file is not XML".to_owned() })
            }
            Event::Text(text) => self.append(&text),
            Event::CData(text) => self.append(&text),
            Event::GeneralRef(reference) => self.refer(&reference, line),
            // Entities are declared there: nothing of a guide needs them, bombs do.
            Event::DocType(text) if text.contains('[') => {
                Err(Broken { line, text: "a document type with declarations is refused".to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>, line: u32) -> Result<(), Broken> {
        self.depth += 1;
        let name = tag.name();
        let name = name.as_ref();
        match self.depth {
            1 if name != "tv" || self.has_root => {
                return Err(Broken { line, text: format!("the root element is {name:?}, not \"tv\"") });
            }
            1 => self.has_root = true,
            2 => self.open(name, tag, line)?,
            3 => self.field(name, tag),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, name: &str, tag: &BytesStart<'_>, line: u32) -> Result<(), Broken> {
        match name {
            "channel" => {
                let xmltv_id = attribute(tag, "id").unwrap_or_default();
                self.open = Open::Channel(FileChannel { xmltv_id, line, ..FileChannel::default() });
            }
            "programme" => {
                self.guide.programmes += 1;
                if self.guide.programmes as usize > self.limits.programmes {
                    return Err(Broken { line, text: format!("more than {} programmes", self.limits.programmes) });
                }
                self.open = Open::Programme(Draft {
                    line,
                    channel: attribute(tag, "channel").unwrap_or_default(),
                    start: attribute(tag, "start").unwrap_or_default(),
                    stop: attribute(tag, "stop"),
                    ..Draft::default()
                });
            }
            _ => self.count_unknown(name),
        }
        Ok(())
    }

    fn field(&mut self, name: &str, tag: &BytesStart<'_>) {
        self.text.clear();
        self.field = match (&mut self.open, name) {
            (Open::Programme(_), "title") => Some(Field::Title),
            (Open::Programme(_), "sub-title") => Some(Field::Subtitle),
            (Open::Programme(_), "desc") => Some(Field::Description),
            (Open::Programme(_), "category") => Some(Field::Category),
            (Open::Programme(_), "episode-num") => match attribute(tag, "system").as_deref() {
                Some("xmltv_ns") => Some(Field::EpisodeNs),
                // The DTD's default.
                None | Some("onscreen" | "SxxExx") => Some(Field::EpisodeOnscreen),
                Some(_) => None,
            },
            (Open::Channel(_), "display-name") => Some(Field::DisplayName),
            (Open::Channel(_), "lcn" | "channel-number") => Some(Field::Number),
            (Open::Channel(channel), "icon") => {
                let is_address = |url: &String| url.len() <= 2000 && (url.starts_with("https://") || url.starts_with("http://"));
                channel.logo_url = channel.logo_url.take().or_else(|| attribute(tag, "src").filter(is_address));
                None
            }
            _ => None,
        };
        if self.field.is_none() && !matches!(self.open, Open::Nothing) && !KNOWN.contains(&name) {
            self.count_unknown(name);
        }
    }

    fn append(&mut self, text: &str) -> Result<(), Broken> {
        if self.field.is_some() && self.depth == 3 && self.text.len() < 2 * MAX_DESCRIPTION {
            self.text.push_str(text);
        }
        Ok(())
    }

    fn refer(&mut self, reference: &BytesRef<'_>, line: u32) -> Result<(), Broken> {
        let name: &str = reference;
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            // HTML's, which XML does not have but files do.
            "nbsp" => Some(' '),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        if let Some(character) = character {
            return self.append(character.encode_utf8(&mut [0; 4]));
        }
        self.guide.report.warn(Some(line), format!("the entity &{name}; is not known: kept as it is"));
        self.append(&format!("&{name};"))
    }

    fn close(&mut self) -> Result<(), Broken> {
        let closed = match self.depth {
            3 => {
                self.close_field();
                Ok(())
            }
            2 => match std::mem::replace(&mut self.open, Open::Nothing) {
                Open::Channel(channel) => self.close_channel(channel),
                Open::Programme(draft) => {
                    self.close_programme(draft);
                    Ok(())
                }
                Open::Nothing => Ok(()),
            },
            _ => Ok(()),
        };
        self.depth = self.depth.saturating_sub(1);
        closed
    }

    fn close_field(&mut self) {
        let Some(field) = self.field.take() else { return };
        let mut text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        truncate(&mut text, if field == Field::Description { MAX_DESCRIPTION } else { MAX_TITLE });
        match (&mut self.open, field) {
            // Files repeat fields in several languages: the first is the channel's.
            (Open::Programme(draft), Field::Title) if draft.details.title.is_empty() => draft.details.title = text,
            (Open::Programme(draft), Field::Subtitle) => {
                draft.details.subtitle.get_or_insert(text);
            }
            (Open::Programme(draft), Field::Description) => {
                draft.details.description.get_or_insert(text);
            }
            (Open::Programme(draft), Field::Category) => {
                let categories = &mut draft.details.categories;
                if categories.len() < MAX_CATEGORIES && !categories.contains(&text) {
                    categories.push(text);
                }
            }
            (Open::Programme(draft), Field::EpisodeNs) => draft.ns = episode::xmltv_ns(&text),
            (Open::Programme(draft), Field::EpisodeOnscreen) => draft.onscreen = episode::onscreen(&text),
            (Open::Channel(channel), Field::DisplayName) => name_channel(channel, text),
            (Open::Channel(channel), Field::Number) => {
                channel.number = ChannelNumber::parse(&text).or(channel.number.take());
            }
            _ => {}
        }
    }

    fn close_channel(&mut self, channel: FileChannel) -> Result<(), Broken> {
        let line = Some(channel.line);
        if channel.xmltv_id.is_empty() || channel.xmltv_id.len() > MAX_ID {
            self.guide.report.error(line, "a channel without a usable id: left out");
            return Ok(());
        }
        if self.guide.channels.len() >= self.limits.channels {
            return Err(Broken { line: channel.line, text: format!("more than {} channels", self.limits.channels) });
        }
        self.guide.channels.push(channel);
        Ok(())
    }

    fn close_programme(&mut self, mut draft: Draft) {
        let line = Some(draft.line);
        let report = &mut self.guide.report;
        let title = &draft.details.title;
        if title.is_empty() {
            return report.error(line, "a programme without a title: left out");
        }
        if draft.channel.is_empty() || draft.channel.len() > MAX_ID {
            return report.error(line, format!("{title:?} names no channel: left out"));
        }
        let Some(starts_at) = time::parse(&draft.start) else {
            return report.error(line, format!("{title:?} has the start {:?}, which is no time: left out", draft.start));
        };
        let ends_at = draft.stop.as_deref().and_then(time::parse);
        if let Some(stop) = &draft.stop
            && ends_at.is_none()
        {
            report.warn(line, format!("{title:?} has the stop {stop:?}, which is no time"));
        }
        let number = if draft.ns.is_empty() { draft.onscreen } else { draft.ns };
        draft.details.season = number.season;
        draft.details.episode = number.episode;
        let entry = RawEntry { starts_at, ends_at, details: draft.details, line: draft.line };
        self.guide.schedules.entry(draft.channel).or_default().push(entry);
    }

    fn count_unknown(&mut self, name: &str) {
        if let Some(count) = self.unknown.get_mut(name) {
            *count += 1;
        } else if self.unknown.len() < MAX_UNKNOWN {
            let mut name = name.to_owned();
            truncate(&mut name, 60);
            self.unknown.insert(name, 1);
        }
    }
}

/// Names that are numbers tell the channel's number.
fn name_channel(channel: &mut FileChannel, text: String) {
    match ChannelNumber::parse(&text) {
        Some(number) => {
            channel.number.get_or_insert(number);
        }
        None if channel.names.len() < MAX_NAMES => channel.names.push(text),
        None => {}
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    // A wrong entity is no reason to lose the value.
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_else(|_| attribute.value.clone());
    Some(value.trim().to_owned())
}
