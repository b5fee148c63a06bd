//! ISO/IEC 14496-12 §4.2: a file is a list of boxes, a box is size, type and content.

use crate::Error;

/// One box in the bytes it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxView<'a> {
    /// Four characters.
    pub kind: [u8; 4],
    /// Where the box begins, in the bytes that were walked.
    pub offset: u64,
    /// Header and content together.
    pub size: u64,
    /// What follows the header.
    pub content: &'a [u8],
}

/// Walks the boxes of `bytes` one after another, on one level.
///
/// Every step moves by at least eight bytes; the first box that does not fit ends the walk with an error.
#[derive(Debug, Clone)]
pub struct Boxes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Boxes<'a> {
    /// Walks all of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn step(&mut self) -> Option<BoxView<'a>> {
        let rest = self.bytes.get(self.at..)?;
        let kind: [u8; 4] = rest.get(4..8)?.try_into().ok()?;
        let (header, size) = match u32_at(rest, 0)? {
            // Size 0: the last box, to the end of the file. Size 1: 64 bits after the type.
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64_at(rest, 8)?).ok()?),
            size => (8, usize::try_from(size).ok()?),
        };
        let content = rest.get(header..size)?;
        let found = BoxView {
            kind,
            offset: self.at as u64,
            size: size as u64,
            content,
        };
        self.at += size;
        Some(found)
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<BoxView<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let at = self.at as u64;
        Some(self.step().ok_or_else(|| {
            self.at = self.bytes.len();
            Error::Box(at)
        }))
    }
}

/// The content of the first box at `path`, one name for each level.
pub fn find<'a>(bytes: &'a [u8], path: &[&'static str]) -> Result<&'a [u8], Error> {
    let mut level = bytes;
    for name in path {
        level = child(level, name)?.ok_or(Error::Missing(name))?;
    }
    Ok(level)
}

/// The content of the first box called `name`, if there is one.
pub(crate) fn child<'a>(bytes: &'a [u8], name: &str) -> Result<Option<&'a [u8]>, Error> {
    for found in Boxes::new(bytes) {
        let found = found?;
        if found.kind == name.as_bytes() {
            return Ok(Some(found.content));
        }
    }
    Ok(None)
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
