//! Text as UTF-8, whatever a file is written in or says it is, with the line and the byte of what is read.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are read at once; the XML declaration lies within the first of them.
const CHUNK: usize = 64 * 1024;
/// Longest tag or text: a description is a few thousand characters.
const LONGEST_PIECE: usize = 1024 * 1024;

/// A guide's text.
pub struct Text<'a> {
    source: Box<dyn Read + 'a>,
    is_source_over: bool,
    /// Bytes of the file that are not text yet.
    raw: Vec<u8>,
    /// Bytes of the file before the present text.
    before: u64,
    script: Script,
    /// The present text, how far it is read, and how it grew out of the file's bytes.
    present: String,
    read: usize,
    grown: Vec<(usize, usize)>,
    place: Rc<Place>,
    oddities: Oddities,
}

/// Where a text is being read; shared, because a reader owns the text.
#[derive(Debug)]
pub struct Place {
    /// The line, from 1.
    pub line: Cell<u32>,
    /// Bytes of the present tag or text; who begins a new one sets it to 0.
    pub piece: Cell<usize>,
}

/// How bytes become text.
enum Script {
    /// UTF-8; other bytes are read as windows-1252, which is what they are.
    Utf8,
    /// The file names this one; whether it is so shows at the first byte that is not ASCII.
    Named(&'static Encoding),
    /// Another one.
    Other(&'static Encoding, Box<Decoder>),
}

/// What is wrong with a file's encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oddities {
    /// The name of an encoding that nobody knows.
    pub unknown: Option<String>,
    /// The encoding that a file of UTF-8 names.
    pub is_utf8_but_says: Option<&'static str>,
    /// Bytes that are not of the file's encoding.
    pub foreign_bytes: u32,
    /// Line of the first of them.
    pub line: u32,
}

impl<'a> Text<'a> {
    /// Begins to read `source`.
    pub fn open(mut source: Box<dyn Read + 'a>) -> io::Result<Self> {
        let mut raw = Vec::with_capacity(CHUNK);
        source.by_ref().take(CHUNK as u64).read_to_end(&mut raw)?;
        let mut oddities = Oddities::default();
        let (script, mark) = match raw.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Script::Utf8, 3),
            [0xff, 0xfe, ..] => (Script::other(UTF_16LE), 2),
            [0xfe, 0xff, ..] => (Script::other(UTF_16BE), 2),
            // A guide begins with a character of ASCII.
            [first, 0, ..] if *first != 0 => (Script::other(UTF_16LE), 0),
            [0, second, ..] if *second != 0 => (Script::other(UTF_16BE), 0),
            head => (Script::declared(head, &mut oddities), 0),
        };
        raw.drain(..mark);
        Ok(Self {
            source,
            is_source_over: false,
            raw,
            before: mark as u64,
            script,
            present: String::new(),
            read: 0,
            grown: Vec::new(),
            place: Rc::new(Place {
                line: Cell::new(1),
                piece: Cell::new(0),
            }),
            oddities,
        })
    }

    /// The line that is being read, from 1.
    pub fn line(&self) -> u32 {
        self.place.line.get()
    }

    /// The byte that is being read, from 0: of the file as it is when it is unpacked.
    pub fn byte(&self) -> u64 {
        // JSON is read byte by byte: it may stand within a character.
        let read = &self.present[..self.present.floor_char_boundary(self.read)];
        let bytes = match &self.script {
            Script::Utf8 | Script::Named(_) => {
                let grown = self.grown.iter().filter(|(at, _)| *at < self.read);
                self.read - grown.map(|(_, by)| by).sum::<usize>()
            }
            Script::Other(encoding, _) if *encoding == UTF_16LE || *encoding == UTF_16BE => {
                2 * read.encode_utf16().count()
            }
            Script::Other(encoding, _) if encoding.is_single_byte() => read.chars().count(),
            Script::Other(..) => self.read,
        };
        self.before + bytes as u64
    }

    /// Where it is being read.
    pub fn place(&self) -> Rc<Place> {
        Rc::clone(&self.place)
    }

    /// The first character that is no white space.
    pub fn first(&mut self) -> io::Result<Option<u8>> {
        let text = self.fill_buf()?;
        Ok(text.iter().find(|byte| !byte.is_ascii_whitespace()).copied())
    }

    /// What was wrong with the encoding, so far.
    pub const fn oddities(&self) -> &Oddities {
        &self.oddities
    }

    /// Makes text of the next bytes; none when the file is over.
    fn advance(&mut self) -> io::Result<()> {
        self.before = self.byte();
        self.present.clear();
        self.grown.clear();
        self.read = 0;
        while self.present.is_empty() && !(self.is_source_over && self.raw.is_empty()) {
            if self.raw.len() < CHUNK && !self.is_source_over {
                let wanted = (CHUNK - self.raw.len()) as u64;
                // What is there is enough: a file that arrives slowly is read as it arrives.
                let count = read_some(&mut self.source, &mut self.raw, wanted)?;
                self.is_source_over = count == 0;
            }
            self.decode();
        }
        Ok(())
    }

    fn decode(&mut self) {
        if let Script::Named(encoding) = self.script {
            let ascii = Encoding::ascii_valid_up_to(&self.raw);
            if ascii > 0 || self.raw.is_empty() {
                self.take_valid(ascii);
                return;
            }
            let is_utf8 = match std::str::from_utf8(&self.raw) {
                Ok(_) => true,
                // A character that is cut off is none that is wrong.
                Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
            };
            self.script = if is_utf8 {
                self.oddities.is_utf8_but_says = Some(encoding.name());
                self.oddities.line = self.line();
                Script::Utf8
            } else {
                Script::other(encoding)
            };
        }
        match &mut self.script {
            Script::Other(_, decoder) => {
                let most = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(CHUNK * 4);
                self.present.reserve(most);
                let (result, count, is_wrong) =
                    decoder.decode_to_string(&self.raw, &mut self.present, self.is_source_over);
                self.raw.drain(..count);
                if result == CoderResult::InputEmpty && self.is_source_over {
                    self.raw.clear();
                }
                if is_wrong {
                    self.note_foreign();
                }
            }
            _ => self.decode_utf8(),
        }
    }

    fn decode_utf8(&mut self) {
        let mut rest = std::mem::take(&mut self.raw);
        let mut at = 0;
        loop {
            let error = match std::str::from_utf8(&rest[at..]) {
                Ok(text) => {
                    self.present.push_str(text);
                    at = rest.len();
                    break;
                }
                Err(error) => error,
            };
            let valid = &rest[at..at + error.valid_up_to()];
            self.present
                .push_str(std::str::from_utf8(valid).expect("it was valid a moment ago"));
            at += error.valid_up_to();
            if error.error_len().is_none() && !self.is_source_over {
                break;
            }
            let grown_at = self.present.len();
            let (character, _) = WINDOWS_1252.decode_without_bom_handling(&rest[at..=at]);
            self.present.push_str(&character);
            self.grown.push((grown_at, character.len() - 1));
            self.note_foreign();
            at += 1;
        }
        rest.drain(..at);
        self.raw = rest;
    }

    /// Takes so many bytes that are ASCII.
    fn take_valid(&mut self, count: usize) {
        let ascii = std::str::from_utf8(&self.raw[..count]).expect("ASCII is UTF-8");
        self.present.push_str(ascii);
        self.raw.drain(..count);
    }

    fn note_foreign(&mut self) {
        if self.oddities.foreign_bytes == 0 {
            let lines = self.present.bytes().filter(|byte| *byte == b'\n').count();
            self.oddities.line = self.line().saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        }
        self.oddities.foreign_bytes = self.oddities.foreign_bytes.saturating_add(1);
    }
}

fn read_some(source: &mut dyn Read, into: &mut Vec<u8>, most: u64) -> io::Result<usize> {
    let before = into.len();
    let most = usize::try_from(most).unwrap_or(CHUNK).min(CHUNK);
    into.resize(before + most, 0);
    let read = loop {
        match source.read(&mut into[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read,
        }
    };
    into.truncate(before + *read.as_ref().unwrap_or(&0));
    read
}

impl Script {
    fn other(encoding: &'static Encoding) -> Self {
        Self::Other(encoding, Box::new(encoding.new_decoder_without_bom_handling()))
    }

    /// What the XML declaration names. Nobody knows it: UTF-8.
    fn declared(head: &[u8], oddities: &mut Oddities) -> Self {
        let Some(name) = declared_name(head) else {
            return Self::Utf8;
        };
        match Encoding::for_label(name.as_bytes()) {
            None => {
                oddities.unknown = Some(name);
                Self::Utf8
            }
            // A file that can say so in ASCII is no UTF-16, whatever it says.
            Some(encoding) if encoding == UTF_8 || !encoding.is_ascii_compatible() => Self::Utf8,
            Some(encoding) => Self::Named(encoding),
        }
    }
}

fn declared_name(head: &[u8]) -> Option<String> {
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let head = &head[..head.len().min(1024)];
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = String::from_utf8_lossy(&head[..end]);
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut name = rest[1..].split(quote).next()?.to_owned();
    crate::domain::report::truncate(&mut name, 60);
    Some(name)
}

impl BufRead for Text<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.place.piece.get() > LONGEST_PIECE {
            return Err(io::Error::other("a tag or text is longer than a mebibyte"));
        }
        if self.read == self.present.len() {
            self.advance()?;
        }
        Ok(&self.present.as_bytes()[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        let bytes = &self.present.as_bytes()[self.read..self.read + amount];
        let lines = bytes.iter().map(|byte| u32::from(*byte == b'\n')).sum();
        self.place.line.set(self.place.line.get().saturating_add(lines));
        self.place.piece.set(self.place.piece.get() + amount);
        self.read += amount;
    }
}

impl Read for Text<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}
