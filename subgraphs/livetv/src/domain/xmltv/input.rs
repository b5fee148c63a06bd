//! From the bytes of an upload to its text: how it is packed, how large it may become.

use std::{
    cell::Cell,
    io::{self, BufReader, Cursor, Read},
    rc::Rc,
};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::{text::Text, zip};

/// RFC 1952 §2.3.1.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// The .xz file format, §2.1.1.1.
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];
/// APPNOTE.TXT, §4.3.7: a local file header.
const ZIP: &[u8] = b"PK\x03\x04";
/// Most memory of the xz decoder, in KiB: the dictionary of `xz -9` has 64 MiB.
const XZ_MEMORY_KIB: u32 = 96 * 1024;
/// Bytes that any file may become, however small it is.
const ALWAYS_FINE: u64 = 16 * 1024 * 1024;
/// Most bytes that one packed byte may become beyond that: guides are at most a hundred.
const MOST_RATIO: u64 = 500;

/// Opens the bytes of a guide, packed as their first bytes say; at most `most_bytes` when they are unpacked.
pub fn open<'a>(mut bytes: impl Read + 'a, most_bytes: u64) -> io::Result<Text<'a>> {
    let mut magic = Vec::with_capacity(XZ.len());
    bytes.by_ref().take(XZ.len() as u64).read_to_end(&mut magic)?;
    let taken = Rc::new(Cell::new(0));
    let whole = Counted {
        inner: Cursor::new(magic.clone()).chain(bytes),
        taken: Rc::clone(&taken),
    };
    let mut is_packed = true;
    let plain: Box<dyn Read + 'a> = if magic.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else if magic.starts_with(XZ) {
        Box::new(XzReader::new_mem_limit(BufReader::new(whole), true, XZ_MEMORY_KIB))
    } else if magic.starts_with(ZIP) {
        Box::new(zip::open(BufReader::new(whole))?)
    } else {
        is_packed = false;
        Box::new(whole)
    };
    Text::open(Box::new(Bounded {
        inner: plain,
        most: most_bytes,
        made: 0,
        taken: is_packed.then_some(taken),
    }))
}

/// Counts what is taken out of a file.
struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

/// At most so many bytes, and not too many of a packed one.
struct Bounded<R> {
    inner: R,
    most: u64,
    made: u64,
    /// Packed bytes that were taken.
    taken: Option<Rc<Cell<u64>>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.made += count as u64;
        if self.made > self.most {
            let text = format!("the guide is too large: more than {} bytes, unpacked", self.most);
            return Err(io::Error::other(text));
        }
        if let Some(taken) = &self.taken
            && self.made > ALWAYS_FINE
            && self.made / MOST_RATIO > taken.get()
        {
            let text = format!("one packed byte becomes more than {MOST_RATIO}: this is no guide");
            return Err(io::Error::other(text));
        }
        Ok(count)
    }
}
