//! The elements of XMLTV.

use std::collections::BTreeMap;

use quick_xml::{
    XmlVersion,
    events::{BytesRef, BytesStart, Event},
    reader::Reader,
};

use super::{
    Broken, FileChannel, Guide, Limits,
    element::{self, Draft, Field, MAX_ID, MAX_TEXT},
    input::Text,
};
use crate::domain::{
    policy::Policies,
    report::{Code, truncate},
};

/// Names of unknown elements that are told apart.
const MAX_UNKNOWN: usize = 50;

/// The element below `tv` that is open.
enum Open {
    Nothing,
    Channel(FileChannel),
    Programme(Draft),
}

/// Reads one file.
pub(super) struct Parser<'p> {
    limits: Limits,
    policies: &'p Policies,
    guide: Guide,
    depth: usize,
    has_root: bool,
    open: Open,
    field: Option<Field>,
    text: String,
    unknown: BTreeMap<String, u32>,
}

impl<'p> Parser<'p> {
    pub(super) fn new(limits: Limits, policies: &'p Policies) -> Self {
        Self {
            limits,
            policies,
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
                    Err(Broken {
                        line: reader.get_ref().line(),
                        text: format!("{error} (byte {at})"),
                    })
                }
            };
            taken?;
        }
    }

    fn end(mut self, line: u32) -> Result<Guide, Broken> {
        if !self.has_root {
            return Err(Broken {
                line,
                text: "the file is not XML".to_owned(),
            });
        }
        if self.depth > 0 {
            return Err(Broken {
                line,
                text: "the file ends before </tv>".to_owned(),
            });
        }
        if !self.unknown.is_empty() {
            let names = self.unknown.iter().map(|(name, count)| format!("{name} ({count})"));
            let names = names.collect::<Vec<_>>().join(", ");
            let count = self.unknown.values().sum();
            let text = format_args!("unknown elements were passed over: {names}");
            self.guide.report.warn_of(Code::UnknownElement, count, text);
        }
        Ok(self.guide)
    }

    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), Broken> {
        match event {
            Event::Start(tag) => self.begin(&tag, line)?,
            Event::Empty(tag) => {
                self.begin(&tag, line)?;
                self.close()?;
            }
            Event::End(_) => self.close()?,
            Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                let text = "the file is not XML".to_owned();
                return Err(Broken { line, text });
            }
            Event::Text(text) => self.append(&text),
            Event::CData(text) => self.append(&text),
            Event::GeneralRef(reference) => self.refer(&reference, line),
            // Entities are declared there: nothing of a guide needs them, bombs do.
            Event::DocType(text) if text.contains('[') => {
                let text = "a document type with declarations is refused".to_owned();
                return Err(Broken { line, text });
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, tag: &BytesStart<'_>, line: u32) -> Result<(), Broken> {
        self.depth += 1;
        let name = tag.name();
        let name = name.as_ref();
        match self.depth {
            1 if name != "tv" || self.has_root => {
                return Err(Broken {
                    line,
                    text: format!("the root element is {name:?}, not \"tv\""),
                });
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
                self.open = Open::Channel(FileChannel {
                    xmltv_id,
                    line,
                    ..FileChannel::default()
                });
            }
            "programme" => {
                self.guide.programmes += 1;
                if self.guide.programmes as usize > self.limits.programmes {
                    return Err(Broken {
                        line,
                        text: format!("more than {} programmes", self.limits.programmes),
                    });
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
        self.field = match &mut self.open {
            Open::Programme(_) => Field::of_programme(name, attribute(tag, "system").as_deref()),
            Open::Channel(channel) => {
                if name == "icon" {
                    element::take_logo(channel, attribute(tag, "src"));
                }
                Field::of_channel(name)
            }
            Open::Nothing => return,
        };
        if self.field.is_none() && !element::is_known(name) {
            self.count_unknown(name);
        }
    }

    fn append(&mut self, text: &str) {
        if self.field.is_some() && self.depth == 3 && self.text.len() < MAX_TEXT {
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
            self.guide.report.warn(Code::UnknownEntity, Some(line), text);
            self.append(&format!("&{name};"));
        }
    }

    fn close(&mut self) -> Result<(), Broken> {
        match self.depth {
            3 => self.close_field(),
            2 => match std::mem::replace(&mut self.open, Open::Nothing) {
                Open::Channel(channel) => self.close_channel(channel)?,
                Open::Programme(draft) => {
                    if let Some((channel, entry)) = draft.finish(self.policies, &mut self.guide.report) {
                        self.guide.schedules.entry(channel).or_default().push(entry);
                    }
                }
                Open::Nothing => {}
            },
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn close_field(&mut self) {
        let Some(field) = self.field.take() else { return };
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match &mut self.open {
            _ if text.is_empty() => {}
            Open::Programme(draft) => draft.take(field, text),
            Open::Channel(channel) => element::take_channel(channel, field, text),
            Open::Nothing => {}
        }
    }

    fn close_channel(&mut self, channel: FileChannel) -> Result<(), Broken> {
        let line = Some(channel.line);
        if channel.xmltv_id.is_empty() || channel.xmltv_id.len() > MAX_ID {
            let text = format_args!("a channel without a usable id: left out");
            self.guide.report.error(Code::NoChannel, line, text);
            return Ok(());
        }
        if self.guide.channels.len() >= self.limits.channels {
            return Err(Broken {
                line: channel.line,
                text: format!("more than {} channels", self.limits.channels),
            });
        }
        self.guide.channels.push(channel);
        Ok(())
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

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name)?;
    // A wrong entity is no reason to lose the value.
    let value = attribute
        .normalized_value(XmlVersion::Implicit1_0)
        .unwrap_or_else(|_| attribute.value.clone());
    Some(value.trim().to_owned())
}
