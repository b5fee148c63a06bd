//! The elements of XMLTV, one after the other.

use std::collections::BTreeMap;

use quick_xml::{
    events::{BytesRef, BytesStart, Event},
    reader::Reader,
};

use super::{
    Broken, Draft, FileChannel, Guide, Limits, Sink, Text,
    draft::{MAX_TEXT, squeeze},
    field::{self, Attributes, Field, Part},
};
use crate::domain::{
    policy::Policies,
    report::{Code, truncate},
};

/// Names of unknown elements that are told apart.
const MAX_UNKNOWN: usize = 50;
/// Elements within elements: a guide needs five.
const MAX_DEPTH: usize = 64;

/// The element below `tv` that is open.
enum Open {
    Nothing,
    Channel(FileChannel),
    Programme(Box<Draft>),
}

/// Reads one file.
pub(super) struct Parser<'p> {
    sink: Sink<'p>,
    depth: usize,
    has_root: bool,
    open: Open,
    field: Field,
    part: Option<Part>,
    /// Attributes of the open field, and of the open part of it.
    attributes: Attributes,
    part_attributes: Attributes,
    /// Name of the open part: a role of the credits.
    part_name: String,
    text: String,
    unknown: BTreeMap<String, u32>,
}

/// Why a file is refused; its place is added where that is known.
type Step = Result<(), String>;

impl<'p> Parser<'p> {
    pub(super) fn new(limits: Limits, policies: &'p Policies) -> Self {
        Self {
            sink: Sink::new(limits, policies),
            depth: 0,
            has_root: false,
            open: Open::Nothing,
            field: Field::Passed,
            part: None,
            attributes: Attributes::default(),
            part_attributes: Attributes::default(),
            part_name: String::new(),
            text: String::new(),
            unknown: BTreeMap::new(),
        }
    }

    pub(super) fn read(mut self, text: &mut Text<'_>) -> Result<Guide, Broken> {
        let place = text.place();
        let mut reader = Reader::from_reader(text);
        // "Tom & Jerry" is wrong, common, and clear.
        reader.config_mut().allow_dangling_amp = true;
        let mut buffer = Vec::with_capacity(4096);
        loop {
            buffer.clear();
            place.piece.set(0);
            // The line where the piece begins: tags may go over several.
            let (line, byte) = (place.line.get(), reader.get_ref().byte());
            let step = match reader.read_event_into(&mut buffer) {
                Ok(Event::Eof) => {
                    let (line, byte) = (reader.get_ref().line(), reader.get_ref().byte());
                    return self.end().map_err(|text| Broken { line, byte, text });
                }
                Ok(event) => self.take(&event, line),
                Err(error) => {
                    let (line, byte) = (reader.get_ref().line(), reader.get_ref().byte());
                    let text = error.to_string();
                    return Err(Broken { line, byte, text });
                }
            };
            step.map_err(|text| Broken { line, byte, text })?;
        }
    }

    fn end(mut self) -> Result<Guide, String> {
        if !self.has_root {
            return Err("the file is not XML".to_owned());
        }
        if self.depth > 0 {
            return Err("the file ends before </tv>".to_owned());
        }
        if !self.unknown.is_empty() {
            let names = self.unknown.iter().map(|(name, count)| format!("{name} ({count})"));
            let names = names.collect::<Vec<_>>().join(", ");
            let count = self.unknown.values().sum();
            let text = format_args!("unknown elements were passed over: {names}");
            self.sink.guide.report.warn_of(Code::UnknownElement, count, text);
        }
        Ok(self.sink.guide)
    }

    fn take(&mut self, event: &Event<'_>, line: u32) -> Step {
        match event {
            Event::Start(tag) => self.begin(tag, line)?,
            Event::Empty(tag) => {
                self.begin(tag, line)?;
                self.close()?;
            }
            Event::End(_) => self.close()?,
            Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                return Err("the file is not XML".to_owned());
            }
            Event::Text(text) => self.append(text),
            Event::CData(text) => self.append(text),
            Event::GeneralRef(reference) => self.refer(reference, line),
            // Entities are declared there: nothing of a guide needs them, bombs do.
            Event::DocType(text) if text.contains('[') => {
                return Err("a document type with declarations is refused".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, tag: &BytesStart<'_>, line: u32) -> Step {
        self.depth += 1;
        let name = tag.name();
        let name = name.as_ref();
        match self.depth {
            1 if name != "tv" || self.has_root => {
                return Err(format!("the root element is {name:?}, not \"tv\""));
            }
            1 => self.has_root = true,
            2 => self.open(name, tag, line)?,
            3 => self.begin_field(name, tag),
            4 => self.begin_part(name, tag),
            MAX_DEPTH => return Err(format!("more than {MAX_DEPTH} elements are open")),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, name: &str, tag: &BytesStart<'_>, line: u32) -> Step {
        match name {
            "channel" => {
                let mut channel = FileChannel {
                    line,
                    ..FileChannel::default()
                };
                field::each(tag, |name, value| {
                    if name == "id" {
                        value.clone_into(&mut channel.xmltv_id);
                    }
                });
                self.open = Open::Channel(channel);
            }
            "programme" => {
                self.sink.count_programme()?;
                let mut draft = Draft {
                    line,
                    ..Draft::default()
                };
                field::each(tag, |name, value| match name {
                    "channel" => value.clone_into(&mut draft.channel),
                    "start" => value.clone_into(&mut draft.start),
                    "stop" => draft.stop = Some(value.to_owned()),
                    _ => {}
                });
                self.open = Open::Programme(Box::new(draft));
            }
            _ => self.count_unknown(name),
        }
        Ok(())
    }

    fn begin_field(&mut self, name: &str, tag: &BytesStart<'_>) {
        self.text.clear();
        self.part = None;
        self.field = match &self.open {
            Open::Programme(_) => Field::of_programme(name),
            Open::Channel(_) => Field::of_channel(name),
            Open::Nothing => Field::Passed,
        };
        match self.field {
            Field::Unknown => self.count_unknown(name),
            Field::Passed => {}
            _ => self.attributes.read(tag),
        }
    }

    fn begin_part(&mut self, name: &str, tag: &BytesStart<'_>) {
        let part = Part::of(self.field, name);
        match part {
            Part::Unknown => self.count_unknown(name),
            Part::Passed => {}
            _ => {
                self.text.clear();
                self.part_attributes.read(tag);
                name.clone_into(&mut self.part_name);
            }
        }
        self.part = Some(part);
    }

    fn append(&mut self, text: &str) {
        let is_wanted = match self.depth {
            3 => self.field.has_text(),
            4 => self
                .part
                .is_some_and(|part| !matches!(part, Part::Passed | Part::Unknown)),
            _ => false,
        };
        if is_wanted && self.text.len() < MAX_TEXT {
            self.text.push_str(text);
        }
    }

    fn refer(&mut self, reference: &BytesRef<'_>, line: u32) {
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
            self.append(character.encode_utf8(&mut [0; 4]));
        } else {
            let text = format_args!("the entity &{name}; is not known: kept as it is");
            self.sink.guide.report.warn(Code::UnknownEntity, Some(line), text);
            self.append(&format!("&{name};"));
        }
    }

    fn close(&mut self) -> Step {
        match self.depth {
            4 => self.close_part(),
            3 => self.close_field(),
            2 => match std::mem::replace(&mut self.open, Open::Nothing) {
                Open::Channel(channel) => self.sink.take_channel(channel)?,
                Open::Programme(draft) => self.sink.take_programme(*draft),
                Open::Nothing => {}
            },
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn close_part(&mut self) {
        let (Some(part), Open::Programme(draft)) = (self.part.take(), &mut self.open) else {
            return;
        };
        if !matches!(part, Part::Passed | Part::Unknown) {
            let text = squeeze(&self.text);
            draft.take_part(
                (self.field, part),
                text,
                (&self.part_name, &self.part_attributes),
                &self.attributes,
            );
        }
        self.text.clear();
    }

    fn close_field(&mut self) {
        if matches!(self.field, Field::Passed | Field::Unknown) {
            return;
        }
        let text = squeeze(&self.text);
        match &mut self.open {
            Open::Programme(draft) => draft.take(self.field, text, &self.attributes),
            Open::Channel(channel) => super::draft::take_channel(channel, self.field, text, &self.attributes),
            Open::Nothing => {}
        }
        self.field = Field::Passed;
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
