//! UTF-8 as it arrives (RFC 3629 §4), without keeping what has passed.

/// Where in a character the next byte stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Utf8 {
    /// Bytes that must follow.
    missing: u8,
    /// Bounds of the next byte: the second one of a character is bound by the first.
    low: u8,
    high: u8,
}

impl Utf8 {
    /// Whether `byte` may come next.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        if self.missing > 0 {
            let fits = (self.low..=self.high).contains(&byte);
            *self = Self {
                missing: self.missing - 1,
                low: 0x80,
                high: 0xbf,
            };
            return fits;
        }
        let (missing, low, high) = match byte {
            0..=0x7f => return true,
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => return false,
        };
        *self = Self { missing, low, high };
        true
    }
}
