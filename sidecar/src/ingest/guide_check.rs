//! What an uploaded guide must be, checked while it passes: within limits, and XML or gzip of XML that is well-formed.
//!
//! What is packed by xz or zip, is JSON or UTF-16 passes as it is: the importer reads it within the same limits, and what
//! is wrong with it stands in the import's report.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use kernel::{ErrorCode, Refusal};

use super::{flaw::Flaw, wellformed::Scanner};

/// RFC 1952 §2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// The .xz file format, §2.1.1.1, and zip's local file header (APPNOTE.TXT, §4.3.7), as far as they are needed.
const PACKED: [&[u8]; 2] = [&[0xfd, b'7', b'z', b'X'], b"PK\x03\x04"];
/// UTF-16, by its mark or by `<` and its other byte.
const WIDE: [&[u8]; 4] = [&[0xff, 0xfe], &[0xfe, 0xff], b"<\0", b"\0<"];
/// Bytes that tell what a file is.
const HEAD: usize = 4;
/// Compressed bytes taken at once: deflate makes at most a thousand of one, so a bomb is noticed after 4 MB.
const SLICE: usize = 4 * 1024;

/// Sizes a guide may have.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes as sent.
    pub upload: u64,
    /// Bytes of the XML, after decompression.
    pub document: u64,
}

/// Takes the bytes of one upload, in order.
pub struct GuideCheck {
    format: Format,
    limits: Limits,
    received: u64,
}

enum Format {
    /// Too few bytes came.
    Unknown(Vec<u8>),
    Plain(Box<Document>),
    Gzip(Box<MultiGzDecoder<Document>>),
    /// The importer looks into it.
    Passed,
}

/// The XML, wherever it comes from.
struct Document {
    scanner: Scanner,
    size: u64,
    allowed: u64,
    refusal: Option<Refusal>,
}

impl GuideCheck {
    /// Nothing has come yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            format: Format::Unknown(Vec::new()),
            limits,
            received: 0,
        }
    }

    /// Whether they are compressed.
    pub const fn is_gzip(&self) -> bool {
        matches!(self.format, Format::Gzip(_))
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.received += bytes.len() as u64;
        if self.received > self.limits.upload {
            return Err(Refusal::limit("guideUploadBytes", self.limits.upload, self.received));
        }
        match &mut self.format {
            Format::Unknown(begun) => {
                begun.extend_from_slice(bytes);
                if begun.len() < HEAD {
                    return Ok(());
                }
                let begun = std::mem::take(begun);
                self.format = Format::of(&begun, self.limits.document);
                self.pass(&begun)
            }
            _ => self.pass(bytes),
        }
    }

    fn pass(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        match &mut self.format {
            Format::Unknown(_) | Format::Passed => Ok(()),
            Format::Plain(document) => document.take(bytes),
            Format::Gzip(decoder) => {
                for slice in bytes.chunks(SLICE) {
                    if decoder.write_all(slice).is_err() {
                        return Err(gzip_refusal(decoder.get_mut()));
                    }
                }
                Ok(())
            }
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        match &mut self.format {
            Format::Unknown(begun) => {
                let begun = std::mem::take(begun);
                self.format = Format::of(&begun, self.limits.document);
                self.pass(&begun)?;
                // It is known now, so this goes no deeper.
                self.finish()
            }
            Format::Passed => Ok(()),
            Format::Plain(document) => document.finish(),
            Format::Gzip(decoder) => {
                if decoder.try_finish().is_err() {
                    return Err(gzip_refusal(decoder.get_mut()));
                }
                decoder.get_ref().finish()
            }
        }
    }
}

impl Format {
    /// What begins like this.
    fn of(begun: &[u8], allowed: u64) -> Self {
        let document = Document::new(allowed);
        let text = begun
            .strip_prefix(&[0xef, 0xbb, 0xbf])
            .unwrap_or(begun)
            .trim_ascii_start();
        if begun.starts_with(&GZIP) {
            Self::Gzip(Box::new(MultiGzDecoder::new(document)))
        } else if PACKED.iter().chain(&WIDE).any(|head| begun.starts_with(head)) || text.starts_with(b"{") {
            Self::Passed
        } else {
            Self::Plain(Box::new(document))
        }
    }
}

impl Document {
    fn new(allowed: u64) -> Self {
        Self {
            scanner: Scanner::new(),
            size: 0,
            allowed,
            refusal: None,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.size += bytes.len() as u64;
        if self.size > self.allowed {
            return Err(Refusal::limit("guideDocumentBytes", self.allowed, self.size));
        }
        self.scanner.feed(bytes).map_err(|flaw| refusal(&flaw))
    }

    fn finish(&self) -> Result<(), Refusal> {
        self.scanner.finish().map_err(|flaw| refusal(&flaw))
    }
}

impl Write for Document {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.refusal.is_none() {
            self.refusal = self.take(bytes).err();
        }
        match &self.refusal {
            // The reason waits beside: an io::Error passes through the decoder.
            Some(_) => Err(std::io::Error::other("refused")),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the XML is refused for, or that the compression itself is broken.
fn gzip_refusal(document: &mut Document) -> Refusal {
    document.refusal.take().unwrap_or_else(|| {
        let (line, byte) = document.scanner.here();
        Refusal::new(ErrorCode::BadInput, "the gzip data is damaged or ends too early")
            .with("field", "file")
            .with("reason", "DAMAGED_GZIP")
            .with("line", line)
            .with("byte", byte)
    })
}

/// Line and byte are those of the XML, after decompression.
fn refusal(flaw: &Flaw) -> Refusal {
    let message = format!("line {}, byte {}: {}", flaw.line, flaw.byte, flaw.detail);
    Refusal::new(ErrorCode::BadInput, message)
        .with("field", "file")
        .with("reason", flaw.reason.name())
        .with("line", flaw.line)
        .with("byte", flaw.byte)
}

#[cfg(test)]
mod tests;
