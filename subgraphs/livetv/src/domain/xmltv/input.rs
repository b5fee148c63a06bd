//! From the bytes of an upload to text with line numbers: gzip, size, encoding.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use quick_xml::{encoding::DecodingReader, events::BytesDecl};

/// RFC 1952 §2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes in which the XML declaration must lie.
const HEAD: u64 = 256;
/// Longest tag or text: a description is a few thousand characters.
const LONGEST_PIECE: usize = 1024 * 1024;

/// A guide's text.
pub type Text<'a> = Lines<DecodingReader<Box<dyn BufRead + 'a>>>;

/// Opens the bytes of a guide: gzip by its first bytes, at most `most_bytes` after decompression.
pub fn open<'a>(mut bytes: impl BufRead + 'a, most_bytes: u64) -> io::Result<Text<'a>> {
    let magic = head(&mut bytes, GZIP.len() as u64)?;
    let is_gzip = magic == GZIP;
    let whole = Cursor::new(magic).chain(bytes);
    let plain: Box<dyn BufRead + 'a> = if is_gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(whole)))
    } else {
        Box::new(whole)
    };
    let mut bounded = Bounded {
        inner: plain,
        left: most_bytes,
    };
    let start = head(&mut bounded, HEAD)?;
    let encoding = declared_encoding(&start)?;
    let whole: Box<dyn BufRead + 'a> = Box::new(Cursor::new(start).chain(bounded));
    let mut text = DecodingReader::new(whole);
    if let Some(encoding) = encoding.as_ref().and_then(BytesDecl::encoder) {
        text.set_encoding(encoding);
    }
    Ok(Lines {
        inner: text,
        line: 1,
        piece: 0,
    })
}

fn head(reader: &mut impl BufRead, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The encoding that the XML declaration names; none when a byte order mark tells it.
fn declared_encoding(start: &[u8]) -> io::Result<Option<BytesDecl<'static>>> {
    if !start.starts_with(b"<?xml") {
        return Ok(None);
    }
    let end = start.windows(2).position(|pair| pair == b"?>").unwrap_or(start.len());
    let declaration = String::from_utf8_lossy(&start[..end]);
    let Some((_, rest)) = declaration.split_once("encoding") else {
        return Ok(None);
    };
    let rest = rest.trim_start().trim_start_matches('=').trim_start();
    let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
        return Ok(None);
    };
    let Some(name) = rest[1..].split(quote).next() else {
        return Ok(None);
    };
    let declaration = BytesDecl::new("1.0", Some(name), None);
    if declaration.encoder().is_none() {
        return Err(io::Error::other(format!("the encoding {name:?} is not known")));
    }
    // A file that can say so in ASCII is no UTF-16, whatever it says.
    Ok((!name.to_ascii_lowercase().starts_with("utf-16")).then_some(declaration))
}

/// At most so many bytes.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.inner.fill_buf()?;
        if self.left == 0 && !bytes.is_empty() {
            return Err(io::Error::other("the guide is too large after decompression"));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        Ok(&bytes[..most])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        copy_out(self, into)
    }
}

/// Knows the line of what was read last, and refuses endless pieces.
pub struct Lines<R> {
    inner: R,
    line: u32,
    piece: usize,
}

impl<R> Lines<R> {
    /// The line that is being read, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// A new tag or text begins.
    pub const fn begin_piece(&mut self) {
        self.piece = 0;
    }
}

impl<R: BufRead> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > LONGEST_PIECE {
            return Err(io::Error::other("a tag or text is longer than a mebibyte"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed has been buffered, so this reads nothing and cannot fail.
        if let Ok(bytes) = self.inner.fill_buf() {
            let lines = bytes.iter().take(amount).filter(|byte| **byte == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        }
        self.piece += amount;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        copy_out(self, into)
    }
}

fn copy_out(reader: &mut impl BufRead, into: &mut [u8]) -> io::Result<usize> {
    let bytes = reader.fill_buf()?;
    let count = bytes.len().min(into.len());
    into[..count].copy_from_slice(&bytes[..count]);
    reader.consume(count);
    Ok(count)
}
