//! Guides, read as a stream: whatever is not known is counted, never fatal; what breaks a file names its line and byte.

mod draft;
mod episode;
mod field;
mod input;
mod json;
mod language;
#[cfg(test)]
mod mutations;
mod parser;
mod sink;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod zip;

use std::{collections::BTreeMap, fmt, io::Read};

use draft::Draft;
use sink::Sink;
use text::Text;

pub use sink::ROLES;

use super::{
    number::ChannelNumber,
    policy::Policies,
    report::{Code, Message, Report},
    schedule::RawEntry,
};

/// What a guide may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes after decompression.
    pub document_bytes: u64,
    /// Channels.
    pub channels: usize,
    /// Programmes.
    pub programmes: usize,
}

/// A channel as a file declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChannel {
    /// Its id in the file.
    pub xmltv_id: String,
    /// Its names, in their order; numbers are not among them.
    pub names: Vec<String>,
    /// Its number, when the file has one.
    pub number: Option<ChannelNumber>,
    /// Where its logo is, when that is a web address.
    pub logo_url: Option<String>,
    /// Line of the file.
    pub line: u32,
}

/// A file, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guide {
    /// The channels it declares, in their order.
    pub channels: Vec<FileChannel>,
    /// Programmes by the file's channel id, in the order of the file.
    pub schedules: BTreeMap<String, Vec<RawEntry>>,
    /// Programmes in the file, unreadable ones included.
    pub programmes: u32,
    /// What is to be said about it.
    pub report: Report,
}

/// Why a file cannot be imported at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Line of the file, from 1.
    pub line: u32,
    /// Bytes before it, of the file as it is when it is unpacked.
    pub byte: u64,
    /// Why.
    pub text: String,
}

impl Broken {
    /// What an import's report says of it.
    pub fn message(&self) -> Message {
        Message {
            line: Some(self.line),
            text: self.to_string(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, byte, text } = self;
        write!(f, "{text} (line {line}, byte {byte})")
    }
}

/// Reads a guide: XMLTV or JSON, plain or packed by gzip, xz or zip; `policies` say how its times and texts are meant.
///
/// # Errors
/// [`Broken`] where the file ends too early, is no guide or passes a limit.
pub fn parse(bytes: impl Read, limits: Limits, policies: &Policies) -> Result<Guide, Broken> {
    let broken = |error: std::io::Error| Broken {
        line: 1,
        byte: 0,
        text: error.to_string(),
    };
    let mut text = input::open(bytes, limits.document_bytes).map_err(broken)?;
    let mut guide = match text.first().map_err(broken)? {
        Some(b'{' | b'[') => json::read(&mut text, limits, policies)?,
        _ => parser::Parser::new(limits, policies).read(&mut text)?,
    };
    tell_encoding(text.oddities(), &mut guide.report);
    Ok(guide)
}

fn tell_encoding(oddities: &text::Oddities, report: &mut Report) {
    let line = Some(oddities.line);
    if let Some(name) = &oddities.unknown {
        let text = format_args!("the encoding {name:?} is not known: the file is read as UTF-8");
        report.warn(Code::Encoding, Some(1), text);
    }
    if let Some(name) = oddities.is_utf8_but_says {
        let text = format_args!("the file says that it is {name}, but it is UTF-8: read as that");
        report.warn(Code::Encoding, line, text);
    }
    if oddities.foreign_bytes > 0 {
        let count = oddities.foreign_bytes;
        let text = format_args!("{count} characters are not of the file's encoding: read as windows-1252");
        report.warn(Code::Encoding, line, text);
    }
}
