//! What an import has to say about its file.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// Messages kept of one import; the rest is only counted.
pub const MOST_MESSAGES: usize = 200;
/// Messages kept of one finding.
pub const MOST_SAMPLES: usize = 5;
/// Longest message.
const LONGEST_MESSAGE: usize = 500;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The file cannot be imported at all.
    Broken,
    /// A programme runs into the next.
    Overlap,
    /// Time between two programmes.
    Gap,
    /// A programme ends when, or before, it begins.
    ZeroLength,
    /// Two programmes of a channel begin at the same time.
    Duplicate,
    /// A programme has no end.
    MissingStop,
    /// A programme is longer than a day.
    TooLong,
    /// A time cannot be read.
    BadTime,
    /// A time names no zone: the source's default was taken.
    NoOffset,
    /// A clock shows the time twice.
    DstFold,
    /// No clock shows the time.
    DstGap,
    /// An element, or a field, is not known.
    UnknownElement,
    /// An entity is not known.
    UnknownEntity,
    /// The bytes are not of the encoding that the file names.
    Encoding,
    /// A programme has no title.
    NoTitle,
    /// A channel has no usable id, or a programme names none.
    NoChannel,
    /// A programme's channel is not declared, and nobody knows it.
    UnknownChannel,
    /// A channel was deleted here.
    DeletedChannel,
    /// Which of our channels is meant is not sure enough.
    UncertainChannel,
    /// A source of more weight has the channel's programmes at that time.
    Covered,
    /// A list or a text is longer than is kept.
    TooMany,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Line of the file, from 1; `None` when it is about the whole file.
    pub line: Option<u32>,
    /// What is to be said.
    pub text: String,
}

/// How often something was found, and the first of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How often.
    pub count: u32,
    /// The first few, in the order they were found.
    pub samples: Vec<Message>,
}

/// Counts and the first messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Things that were mended.
    pub warnings: u32,
    /// Things that were left out.
    pub errors: u32,
    /// The first of both.
    pub messages: Vec<Message>,
    /// Everything by its code.
    findings: BTreeMap<Code, Finding>,
}

impl Report {
    /// The report of a file that cannot be imported.
    pub fn broken(message: &Message) -> Self {
        let mut report = Self::default();
        report.error(Code::Broken, message.line, format_args!("{}", message.text));
        report
    }

    /// Notes something that is only counted: nothing was wrong or mended.
    pub fn note(&mut self, code: Code, line: Option<u32>, text: fmt::Arguments<'_>) {
        self.find(code, 1, line, text);
    }

    /// Notes something that was mended.
    pub fn warn(&mut self, code: Code, line: Option<u32>, text: fmt::Arguments<'_>) {
        self.warnings += 1;
        self.find(code, 1, line, text);
        self.tell(line, text);
    }

    /// Notes something that was left out.
    pub fn error(&mut self, code: Code, line: Option<u32>, text: fmt::Arguments<'_>) {
        self.errors += 1;
        self.find(code, 1, line, text);
        self.tell(line, text);
    }

    /// Notes what was found `count` times: one warning for all.
    pub fn warn_of(&mut self, code: Code, count: u32, text: fmt::Arguments<'_>) {
        self.warnings += 1;
        self.find(code, count, None, text);
        self.tell(None, text);
    }

    /// What was found, by code.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values()
    }

    /// Puts messages in the order of the file; those about the whole file come last.
    pub fn sort(&mut self) {
        self.messages.sort_by_key(|message| message.line.unwrap_or(u32::MAX));
    }

    fn find(&mut self, code: Code, count: u32, line: Option<u32>, text: fmt::Arguments<'_>) {
        let finding = self.findings.entry(code).or_insert_with(|| Finding::of(code));
        finding.count = finding.count.saturating_add(count);
        if finding.samples.len() < MOST_SAMPLES {
            finding.samples.push(Message::new(line, text));
        }
    }

    fn tell(&mut self, line: Option<u32>, text: fmt::Arguments<'_>) {
        // Text is made only where it is kept: a file may have an oddity in every line.
        if self.messages.len() < MOST_MESSAGES {
            self.messages.push(Message::new(line, text));
        }
    }
}

impl Finding {
    const fn of(code: Code) -> Self {
        Self {
            code,
            count: 0,
            samples: Vec::new(),
        }
    }
}

impl Message {
    fn new(line: Option<u32>, text: fmt::Arguments<'_>) -> Self {
        let mut text = text.to_string();
        truncate(&mut text, LONGEST_MESSAGE);
        Self { line, text }
    }
}

/// Cuts `text` to at most `most` bytes, between characters.
pub fn truncate(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
    }
}
