//! Values without parts, as JSON text.

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;

/// Longest text that is kept in place: names, numbers, enum values and short ids need no memory of their own.
const SHORT: usize = 22;

/// A value without parts: its JSON text.
///
/// Texts of strings are canonical (nothing is escaped that need not be), so equal strings have equal texts.
#[derive(Clone)]
pub struct Leaf(Text);

#[derive(Clone)]
enum Text {
    Short {
        len: u8,
        bytes: [u8; SHORT],
    },
    /// A part of an answer.
    Part {
        source: Arc<Bytes>,
        start: u32,
        len: u32,
    },
    Own(Arc<[u8]>),
}

impl Leaf {
    /// A leaf of JSON text, which the caller knows to be valid and canonical.
    pub(super) fn of_raw(raw: &[u8]) -> Self {
        Self::short(raw).unwrap_or_else(|| Self(Text::Own(raw.into())))
    }

    /// A part of `source`, which is known to be shorter than 4 GiB.
    #[expect(clippy::cast_possible_truncation, reason = "an answer of 4 GiB is refused before")]
    pub(super) fn part(source: &Arc<Bytes>, start: usize, end: usize) -> Self {
        Self::short(&source[start..end]).unwrap_or_else(|| {
            Self(Text::Part {
                source: source.clone(),
                start: start as u32,
                len: (end - start) as u32,
            })
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "a short text is shorter than 256 bytes")]
    fn short(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHORT];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self(Text::Short {
            len: raw.len() as u8,
            bytes,
        }))
    }

    /// Any value that JSON can tell.
    pub(crate) fn of_json(value: &impl serde::Serialize) -> Self {
        let mut raw = Vec::new();
        crate::executor::write_json(&mut raw, value);
        Self::of_raw(&raw)
    }

    /// The text, a string's with its quotes.
    #[inline]
    pub fn raw(&self) -> &[u8] {
        match &self.0 {
            Text::Short { len, bytes } => &bytes[..usize::from(*len)],
            Text::Part { source, start, len } => &source[*start as usize..][..*len as usize],
            Text::Own(raw) => raw,
        }
    }

    /// What is between the quotes of a string, as it is written.
    #[inline]
    pub(crate) fn quoted(&self) -> Option<&[u8]> {
        match self.raw() {
            [b'"', text @ .., b'"'] => Some(text),
            _ => None,
        }
    }

    /// The string it is.
    pub(crate) fn as_text(&self) -> Option<Cow<'_, str>> {
        let text = self.quoted()?;
        if text.contains(&b'\\') {
            return serde_json::from_slice(self.raw()).ok().map(Cow::Owned);
        }
        std::str::from_utf8(text).ok().map(Cow::Borrowed)
    }

    pub(super) fn detached(&self) -> Self {
        match &self.0 {
            Text::Part { .. } => Self(Text::Own(self.raw().into())),
            _ => self.clone(),
        }
    }

    /// The memory it takes beside itself.
    pub(super) fn heap(&self) -> usize {
        match &self.0 {
            Text::Short { .. } => 0,
            _ => self.raw().len(),
        }
    }
}

impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(self.raw()))
    }
}
