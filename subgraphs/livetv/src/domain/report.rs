//! What an import has to say about its file.

/// Messages kept of one import; the rest is only counted.
pub const MOST_MESSAGES: usize = 200;
/// Longest message.
const LONGEST_MESSAGE: usize = 500;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Line of the file, from 1; `None` when it is about the whole file.
    pub line: Option<u32>,
    /// What is to be said.
    pub text: String,
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
}

impl Report {
    /// Notes something that was mended.
    pub fn warn(&mut self, line: Option<u32>, text: impl Into<String>) {
        self.warnings += 1;
        self.note(line, text.into());
    }

    /// Notes something that was left out.
    pub fn error(&mut self, line: Option<u32>, text: impl Into<String>) {
        self.errors += 1;
        self.note(line, text.into());
    }

    /// Puts messages in the order of the file; those about the whole file come last.
    pub fn sort(&mut self) {
        self.messages.sort_by_key(|message| message.line.unwrap_or(u32::MAX));
    }

    fn note(&mut self, line: Option<u32>, mut text: String) {
        if self.messages.len() < MOST_MESSAGES {
            truncate(&mut text, LONGEST_MESSAGE);
            self.messages.push(Message { line, text });
        }
    }
}

/// Cuts `text` to at most `most` bytes, between characters.
pub fn truncate(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
    }
}
