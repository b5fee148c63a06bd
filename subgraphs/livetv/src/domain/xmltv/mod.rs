//! XMLTV, read as a stream: whatever is not known is counted, never fatal; what breaks the file names its line.

mod element;
mod episode;
mod input;
mod parser;
#[cfg(test)]
mod tests;
mod time;

use std::{collections::BTreeMap, io::BufRead};

use super::{number::ChannelNumber, policy::Policies, report::Report, schedule::RawEntry};

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
    /// Why.
    pub text: String,
}

/// Reads a guide, XML or gzip of XML; `policies` say how its times are meant.
///
/// # Errors
/// [`Broken`] where the file ends too early, is no XMLTV or passes a limit.
pub fn parse(bytes: impl BufRead, limits: Limits, policies: &Policies) -> Result<Guide, Broken> {
    let text = input::open(bytes, limits.document_bytes);
    let text = text.map_err(|error| Broken {
        line: 1,
        text: error.to_string(),
    })?;
    parser::Parser::new(limits, policies).read(text)
}
