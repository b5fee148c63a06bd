//! Guides of JSON: `docs/guide.schema.json` says what they look like. The same comes of them as of XMLTV, within the same limits.

mod model;

use std::{cell::Cell, collections::BTreeMap, fmt, rc::Rc};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    Broken, FileChannel, Guide, Limits, Sink, Text,
    draft::{squeeze, take_channel, trim},
    field::{Attributes, Field},
    text::Place,
};
use crate::domain::{
    number::ChannelNumber,
    policy::Policies,
    report::{Code, truncate},
};

use model::{Channel, Programme};

/// Names of unknown fields that are told apart.
const MAX_UNKNOWN: usize = 50;

/// Reads a guide.
pub(super) fn read(text: &mut Text<'_>, limits: Limits, policies: &Policies) -> Result<Guide, Broken> {
    let mut into = Into {
        sink: Sink::new(limits, policies),
        place: text.place(),
        unknown: BTreeMap::new(),
        attributes: Attributes::default(),
    };
    let read = {
        let mut deserializer = serde_json::Deserializer::from_reader(&mut *text);
        deserializer
            .deserialize_map(Document(&mut into))
            .and_then(|()| deserializer.end())
    };
    read.map_err(|error| {
        let whole = error.to_string();
        // The place is told beside.
        let said = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(said, _)| said);
        Broken {
            line: text.line(),
            byte: text.byte(),
            text: if error.is_eof() {
                "the file ends before its last }"
            } else {
                said
            }
            .to_owned(),
        }
    })?;
    if !into.unknown.is_empty() {
        let names = into.unknown.iter().map(|(name, count)| format!("{name} ({count})"));
        let names = names.collect::<Vec<_>>().join(", ");
        let count = into.unknown.values().sum();
        let text = format_args!("unknown fields were passed over: {names}");
        into.sink.guide.report.warn_of(Code::UnknownElement, count, text);
    }
    Ok(into.sink.guide)
}

/// Where a document goes.
struct Into<'p> {
    sink: Sink<'p>,
    place: Rc<Place>,
    unknown: BTreeMap<String, u32>,
    attributes: Attributes,
}

impl Into<'_> {
    fn count_unknown(&mut self, name: &str) {
        if let Some(count) = self.unknown.get_mut(name) {
            *count += 1;
        } else if self.unknown.len() < MAX_UNKNOWN {
            let mut name = name.to_owned();
            truncate(&mut name, 60);
            self.unknown.insert(name, 1);
        }
    }

    /// A new channel or programme begins; returns its line.
    fn begin(&self) -> u32 {
        self.place.piece.set(0);
        self.place.line.get()
    }

    fn take_channel(&mut self, line: u32, read: Channel) -> Result<(), String> {
        for name in read.other.keys() {
            self.count_unknown(name);
        }
        let mut channel = FileChannel {
            xmltv_id: trim(&read.id).to_owned(),
            line,
            number: read.number.and_then(|number| ChannelNumber::parse(&number.into_text())),
            ..FileChannel::default()
        };
        for name in read.name.into_iter().chain(read.names) {
            take_channel(&mut channel, Field::DisplayName, squeeze(&name), &self.attributes);
        }
        if let Some(url) = read.logo_url {
            super::draft::take_logo(&mut channel, &url);
        }
        self.sink.take_channel(channel)
    }

    fn take_programme(&mut self, line: u32, read: Programme) {
        for name in read.other.keys() {
            self.count_unknown(name);
        }
        let draft = read.into_draft(line, &mut self.attributes);
        self.sink.take_programme(draft);
    }
}

/// The document: an object of channels and programmes.
struct Document<'a, 'p>(&'a mut Into<'p>);

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a guide: an object with \"channels\" and \"programmes\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut is_guide = false;
        while let Some(name) = map.next_key::<String>()? {
            self.0.begin();
            match name.as_str() {
                "channels" => map.next_value_seed(Items::<Channel>::new(self.0))?,
                "programmes" => map.next_value_seed(Items::<Programme>::new(self.0))?,
                "$schema" | "version" | "generator" => drop(map.next_value::<IgnoredAny>()?),
                name => {
                    self.0.count_unknown(name);
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            }
            is_guide |= matches!(name.as_str(), "channels" | "programmes");
        }
        if is_guide {
            return Ok(());
        }
        Err(A::Error::custom(
            "the file has neither \"channels\" nor \"programmes\": it is no guide",
        ))
    }
}

/// A list whose items are taken one by one.
struct Items<'a, 'p, T> {
    into: &'a mut Into<'p>,
    kind: std::marker::PhantomData<T>,
}

impl<'a, 'p, T> Items<'a, 'p, T> {
    const fn new(into: &'a mut Into<'p>) -> Self {
        Self {
            into,
            kind: std::marker::PhantomData,
        }
    }
}

/// Something that a document lists.
trait Item: Sized {
    /// What there is one more of.
    fn count(into: &mut Into<'_>) -> Result<(), String>;
    /// Takes it.
    fn take(self, line: u32, into: &mut Into<'_>) -> Result<(), String>;
}

impl Item for Channel {
    fn count(_: &mut Into<'_>) -> Result<(), String> {
        Ok(())
    }

    fn take(self, line: u32, into: &mut Into<'_>) -> Result<(), String> {
        into.take_channel(line, self)
    }
}

impl Item for Programme {
    fn count(into: &mut Into<'_>) -> Result<(), String> {
        into.sink.count_programme()
    }

    fn take(self, line: u32, into: &mut Into<'_>) -> Result<(), String> {
        into.take_programme(line, self);
        Ok(())
    }
}

impl<'de, T: Item + Deserialize<'de>> DeserializeSeed<'de> for Items<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Item + Deserialize<'de>> Visitor<'de> for Items<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let line = Rc::new(Cell::new(0));
        loop {
            let begins = self.into.begin();
            let seed = One {
                place: &self.into.place,
                line: Rc::clone(&line),
                kind: std::marker::PhantomData::<T>,
            };
            let Some(item) = list.next_element_seed(seed)? else {
                return Ok(());
            };
            T::count(self.into).map_err(A::Error::custom)?;
            item.take(line.get().max(begins), self.into).map_err(A::Error::custom)?;
        }
    }
}

/// One item; notes the line where it begins, behind the comma and the white space before it.
struct One<'a, T> {
    place: &'a Place,
    line: Rc<Cell<u32>>,
    kind: std::marker::PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for One<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        self.line.set(self.place.line.get());
        T::deserialize(deserializer)
    }
}
