//! Finds its way through JSON text (RFC 8259) and checks it, but makes nothing of it.

/// Deepest text that is read.
const MAX_DEPTH: u32 = 128;

/// What is not JSON, or not an answer.
#[derive(Debug, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    what: &'static str,
    at: usize,
}

/// A place in a text, which is valid UTF-8.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t [u8],
    pub(super) at: usize,
    depth: u32,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As we would write it.
    Canonical,
    /// With escapes that need not be.
    Unusual,
}

impl<'t> Scanner<'t> {
    pub(super) const fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) const fn wrong(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }

    /// The next byte that is no white space; it stays the next one.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Malformed> {
        while let Some(byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(self.wrong("the text breaks off"))
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Malformed> {
        if self.peek()? == byte {
            self.at += 1;
            return Ok(());
        }
        Err(self.wrong(what))
    }

    /// Whether nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            Err(_) => Ok(()),
            Ok(_) => Err(self.wrong("more than one value")),
        }
    }

    /// Goes into a list or an object.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong("nested too deep"));
        }
        Ok(())
    }

    /// Whether another item follows, or the list or object is left; `end` closes it.
    #[inline]
    pub(super) fn follows(&mut self, is_first: bool, end: u8) -> Result<bool, Malformed> {
        let next = self.peek()?;
        if next == end {
            self.at += 1;
            self.depth -= 1;
            return Ok(false);
        }
        if is_first {
            return Ok(true);
        }
        if next != b',' {
            return Err(self.wrong("no comma"));
        }
        self.at += 1;
        if self.peek()? == end {
            return Err(self.wrong("a comma before the end"));
        }
        Ok(true)
    }

    /// Passes over the name of a member and its colon; gives where it is, without quotes.
    #[inline]
    pub(super) fn name(&mut self) -> Result<(&'t [u8], Spelling), Malformed> {
        if self.peek()? != b'"' {
            return Err(self.wrong("a member without a name"));
        }
        let start = self.at + 1;
        let spelling = self.string()?;
        let name = &self.text[start..self.at - 1];
        self.expect(b':', "a name without a value")?;
        Ok((name, spelling))
    }

    /// Passes over a string that begins here.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Spelling, Malformed> {
        self.at += 1;
        let mut spelling = Spelling::Canonical;
        loop {
            self.at += plain(&self.text[self.at..]);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(spelling);
                }
                Some(b'\\') => {
                    match self.text.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                        Some(b'/' | b'u') => spelling = Spelling::Unusual,
                        _ => return Err(self.wrong("an escape that is none")),
                    }
                    self.at += 2;
                }
                Some(_) => return Err(self.wrong("a control character in a string")),
                None => return Err(self.wrong("a string breaks off")),
            }
        }
    }

    /// Passes over a number, `true`, `false` or `null`.
    pub(super) fn atom(&mut self) -> Result<(), Malformed> {
        let rest = &self.text[self.at..];
        for word in [b"null".as_slice(), b"true", b"false"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        let length = number(rest).ok_or_else(|| self.wrong("no value"))?;
        self.at += length;
        Ok(())
    }

    /// Passes over any value; false when it is not written as we would write it.
    pub(super) fn skip(&mut self) -> Result<bool, Malformed> {
        let mut is_canonical = true;
        let end = match self.peek()? {
            b'"' => return Ok(self.string()? == Spelling::Canonical),
            b'[' => b']',
            b'{' => b'}',
            _ => {
                self.atom()?;
                return Ok(true);
            }
        };
        self.enter()?;
        let mut is_first = true;
        while self.follows(is_first, end)? {
            is_first = false;
            if end == b'}' {
                is_canonical &= self.name()?.1 == Spelling::Canonical;
            }
            is_canonical &= self.skip()?;
        }
        Ok(is_canonical)
    }
}

/// How many bytes at the beginning are nothing special in a string, eight at a time.
#[inline]
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut passed = 0;
    let (chunks, rest) = text.as_chunks::<8>();
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let escape = zero(word ^ (ONES * u64::from(b'\\')));
        // below 0x20, and not a part of a longer character
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let special = quote | escape | control;
        if special != 0 {
            // Borrows can only make bytes behind the first one look special.
            return passed + (special.trailing_zeros() / 8) as usize;
        }
        passed += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    passed + rest.iter().position(special).unwrap_or(rest.len())
}

/// The length of the number at the beginning (RFC 8259 §6).
fn number(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && text[at] == b'0') {
        return None;
    }
    at += whole;
    if text.get(at) == Some(&b'.') {
        let part = digits(at + 1);
        if part == 0 {
            return None;
        }
        at += 1 + part;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at.min(text.len()));
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    Some(at)
}
