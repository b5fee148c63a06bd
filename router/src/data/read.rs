//! Reads the JSON text of a subgraph's answer: once through, and without copying what is long.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;

use super::{
    Data, Leaf, Malformed, Object, Reading,
    scan::{Scanner, Spelling},
};

/// A response, in parts: what was read of `data` and where `errors` are.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// `None` when the member is missing; null is a value.
    pub(crate) data: Option<Data>,
    /// JSON text.
    pub(crate) errors: Option<Bytes>,
}

/// Reads a response (GraphQL §7.1) to a fetch that selects what `reading` says.
///
/// # Errors
/// It is not a JSON object.
pub(crate) fn answer(text: &Bytes, reading: &Reading) -> Result<Answer, Malformed> {
    let mut reader = Reader::new(text)?;
    let mut answer = Answer::default();
    if reader.scanner.peek()? != b'{' {
        return Err(reader.scanner.wrong("not an object"));
    }
    reader.scanner.enter()?;
    let mut is_first = true;
    while reader.scanner.follows(is_first, b'}')? {
        is_first = false;
        match reader.scanner.name()?.0 {
            b"data" => answer.data = Some(reader.value(Some(reading))?),
            b"errors" => answer.errors = Some(text.slice(reader.skip()?)),
            _ => {
                reader.scanner.skip()?;
            }
        }
    }
    reader.scanner.end()?;
    Ok(answer)
}

/// The member `name` of a JSON object, as text.
///
/// # Errors
/// It is not a JSON object.
pub(crate) fn member(text: &Bytes, name: &str) -> Result<Option<Bytes>, Malformed> {
    let mut reader = Reader::new(text)?;
    if reader.scanner.peek()? != b'{' {
        return Err(reader.scanner.wrong("not an object"));
    }
    reader.scanner.enter()?;
    let (mut found, mut is_first) = (None, true);
    while reader.scanner.follows(is_first, b'}')? {
        is_first = false;
        let is_wanted = reader.scanner.name()?.0 == name.as_bytes();
        let place = reader.skip()?;
        if is_wanted {
            found = Some(text.slice(place));
        }
    }
    reader.scanner.end()?;
    Ok(found)
}

struct Reader<'t> {
    source: Arc<Bytes>,
    scanner: Scanner<'t>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t Bytes) -> Result<Self, Malformed> {
        let scanner = Scanner::new(text);
        if std::str::from_utf8(text).is_err() {
            return Err(scanner.wrong("not UTF-8"));
        }
        if u32::try_from(text.len()).is_err() {
            return Err(scanner.wrong("more than 4 GiB"));
        }
        Ok(Self {
            source: Arc::new(text.clone()),
            scanner,
        })
    }

    /// Where the next value is.
    fn skip(&mut self) -> Result<Range<usize>, Malformed> {
        self.scanner.peek()?;
        let start = self.scanner.at;
        self.scanner.skip()?;
        Ok(start..self.scanner.at)
    }

    fn value(&mut self, reading: Option<&Reading>) -> Result<Data, Malformed> {
        match (self.scanner.peek()?, reading) {
            (b'{', Some(reading)) => self.object(reading).map(Data::Object),
            (b'{', None) => self.json().map(Data::Leaf),
            (b'[', _) => self.list(reading).map(Data::List),
            (b'"', _) => self.string().map(Data::Leaf),
            (b'n', _) => self.scanner.atom().map(|()| Data::Null),
            _ => {
                let start = self.scanner.at;
                self.scanner.atom()?;
                Ok(Data::Leaf(Leaf::part(&self.source, start, self.scanner.at)))
            }
        }
    }

    fn object(&mut self, reading: &Reading) -> Result<Object, Malformed> {
        self.scanner.enter()?;
        let mut object = Object::with_capacity(reading.fields.len());
        // Servers answer in the order they were asked, so the next field is nearly always the one after the last.
        let (mut next, mut in_order, mut is_first) = (0, true, true);
        while self.scanner.follows(is_first, b'}')? {
            is_first = false;
            let (name, spelling) = self.scanner.name()?;
            let found = match spelling {
                Spelling::Canonical => reading.find(name, next),
                // A GraphQL name needs no escapes.
                Spelling::Unusual => None,
            };
            let Some(place) = found else {
                self.scanner.skip()?;
                continue;
            };
            let field = &reading.fields[place];
            let value = self.value(field.below.as_deref())?;
            in_order &= place >= next;
            next = place + 1;
            if in_order {
                object.push(field.key, value);
            } else {
                object.insert(field.key, value);
            }
        }
        Ok(object)
    }

    fn list(&mut self, reading: Option<&Reading>) -> Result<Vec<Data>, Malformed> {
        self.scanner.enter()?;
        let mut items = Vec::new();
        while self.scanner.follows(items.is_empty(), b']')? {
            items.push(self.value(reading)?);
        }
        Ok(items)
    }

    fn string(&mut self) -> Result<Leaf, Malformed> {
        let start = self.scanner.at;
        match self.scanner.string()? {
            Spelling::Canonical => Ok(Leaf::part(&self.source, start, self.scanner.at)),
            Spelling::Unusual => self.respelled(start),
        }
    }

    /// The object of a custom scalar, as one text.
    fn json(&mut self) -> Result<Leaf, Malformed> {
        let start = self.scanner.at;
        let is_canonical = self.scanner.skip()?;
        let text = &self.scanner.text[start..self.scanner.at];
        // White space may be line breaks, which not every text that this becomes a part of takes.
        if is_canonical && !text.iter().any(u8::is_ascii_whitespace) {
            return Ok(Leaf::part(&self.source, start, self.scanner.at));
        }
        self.respelled(start)
    }

    /// What begins at `start`, as we write it.
    fn respelled(&self, start: usize) -> Result<Leaf, Malformed> {
        let text = &self.scanner.text[start..self.scanner.at];
        // A surrogate without its other half is no text.
        let value: async_graphql::Value = serde_json::from_slice(text).map_err(|_| self.scanner.wrong("no text"))?;
        Ok(Leaf::of_json(&value))
    }
}
