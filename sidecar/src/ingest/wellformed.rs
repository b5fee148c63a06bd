//! XML 1.0, checked byte by byte as it arrives: nothing is kept but the tag being read and the names that are open.
//!
//! Stricter than a guide needs in three ways, each against a known attack or a silent loss: no internal DTD subset (it
//! can declare entities), no reference but the five of XML and characters by number, and `tv` as the root. A document type
//! that only names a file (`<!DOCTYPE tv SYSTEM "xmltv.dtd">`) is normal and passes; the file is never fetched.

mod prolog;

use super::{
    flaw::{Flaw, Reason},
    tag,
};

/// Longest tag: titles and descriptions are text, not attributes.
const MAX_TAG: usize = 64 * 1024;
/// Longest processing instruction or document type.
const MAX_OTHER: usize = 4 * 1024;
/// A guide needs five levels.
const MAX_DEPTH: usize = 64;
/// Longest reference: `#x10FFFF`.
const MAX_REFERENCE: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing read, or a part of a byte order mark.
    Begin,
    /// Before or after the root.
    Outside,
    /// Inside the root; how many `]` stand directly before.
    Text { brackets: u8 },
    /// After `&`.
    Reference,
    /// After `<`.
    Markup,
    /// In a start tag; the quote that is open, or 0.
    StartTag { quote: u8 },
    /// After `</`.
    EndTag,
    /// After `<!`.
    Declaration,
    /// After `<!--`; how many `-` stand directly before.
    Comment { dashes: u8 },
    /// After `<![CDATA[`; how many `]` stand directly before.
    Cdata { brackets: u8 },
    /// After `<!DOCTYPE`; the quote that is open, or 0.
    DocumentType { quote: u8 },
    /// After `<?`.
    Instruction,
}

/// Reads one document.
pub struct Scanner {
    mode: Mode,
    token: Vec<u8>,
    /// Names of open elements.
    open: Vec<Vec<u8>>,
    has_root: bool,
    has_document_type: bool,
    line: u64,
    byte: u64,
    /// Line and byte where the present markup began.
    markup_at: (u64, u64),
}

type Step = Result<(), Flaw>;

impl Scanner {
    /// At the beginning.
    pub fn new() -> Self {
        Self {
            mode: Mode::Begin,
            token: Vec::new(),
            open: Vec::new(),
            has_root: false,
            has_document_type: false,
            line: 1,
            byte: 0,
            markup_at: (1, 0),
        }
    }

    /// Reads on.
    pub fn feed(&mut self, bytes: &[u8]) -> Step {
        for byte in bytes {
            self.step(*byte)?;
            self.byte += 1;
            self.line += u64::from(*byte == b'\n');
        }
        Ok(())
    }

    /// The end has come: everything must be closed.
    pub fn finish(&self) -> Step {
        let is_whole = self.mode == Mode::Outside && self.has_root && self.open.is_empty();
        if is_whole {
            return Ok(());
        }
        if !self.has_root && matches!(self.mode, Mode::Begin | Mode::Outside) {
            return Err(self.flaw("there is no element in it"));
        }
        let inside = self
            .open
            .last()
            .map(|name| format!(" inside <{}>", String::from_utf8_lossy(name)));
        Err(self.flaw_at(
            Reason::Truncated,
            format!("the document ends{}", inside.unwrap_or_default()),
            self.here(),
        ))
    }

    /// Line and byte of what comes next.
    pub const fn here(&self) -> (u64, u64) {
        (self.line, self.byte)
    }

    fn step(&mut self, byte: u8) -> Step {
        if byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') {
            return Err(self.flaw("a control character is not allowed"));
        }
        match self.mode {
            Mode::Begin => self.begin(byte),
            Mode::Outside => self.outside(byte),
            Mode::Text { brackets } => self.text(byte, brackets),
            Mode::Reference => self.reference(byte),
            Mode::Markup => self.markup(byte),
            Mode::StartTag { quote } => self.start_tag(byte, quote),
            Mode::EndTag => self.end_tag(byte),
            Mode::Declaration => self.declaration(byte),
            Mode::Comment { dashes } => self.comment(byte, dashes),
            Mode::Cdata { brackets } => {
                self.mode = match (byte, brackets) {
                    (b'>', 2) => self.content(),
                    _ => Mode::Cdata {
                        brackets: run(byte, b']', brackets),
                    },
                };
                Ok(())
            }
            Mode::DocumentType { quote } => self.document_type(byte, quote),
            Mode::Instruction => self.instruction(byte),
        }
    }

    /// A UTF-8 byte order mark may come first; marks of other encodings are not UTF-8 and end in `step`.
    fn begin(&mut self, byte: u8) -> Step {
        match (self.token.as_slice(), byte) {
            ([], 0xef) | ([0xef], 0xbb) => self.token.push(byte),
            ([0xef, 0xbb], 0xbf) => {
                self.token.clear();
                self.mode = Mode::Outside;
            }
            ([], _) => {
                self.mode = Mode::Outside;
                return self.outside(byte);
            }
            _ => return Err(self.flaw("the document does not begin with an element")),
        }
        Ok(())
    }

    fn outside(&mut self, byte: u8) -> Step {
        match byte {
            b'<' => self.begin_markup(),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if self.has_root => return Err(self.flaw("there is text after the root element")),
            _ => return Err(self.flaw("there is text before the root element")),
        }
        Ok(())
    }

    fn text(&mut self, byte: u8, brackets: u8) -> Step {
        match byte {
            b'<' => self.begin_markup(),
            b'&' => {
                self.markup_at = self.here();
                self.token.clear();
                self.mode = Mode::Reference;
            }
            b'>' if brackets == 2 => return Err(self.flaw("`]]>` is not allowed in text")),
            _ => {
                self.mode = Mode::Text {
                    brackets: run(byte, b']', brackets),
                }
            }
        }
        Ok(())
    }

    fn begin_markup(&mut self) {
        self.markup_at = self.here();
        self.token.clear();
        self.mode = Mode::Markup;
    }

    fn reference(&mut self, byte: u8) -> Step {
        if byte == b';' {
            if !tag::is_reference(&self.token) {
                let name = String::from_utf8_lossy(&self.token).into_owned();
                return Err(self.flaw_at(self.reason(), format!("&{name}; is not declared"), self.markup_at));
            }
            self.mode = self.content();
        } else if self.token.len() == MAX_REFERENCE || !(byte.is_ascii_alphanumeric() || byte == b'#') {
            return Err(self.flaw_at(
                self.reason(),
                "a bare & must be written &amp;".to_owned(),
                self.markup_at,
            ));
        } else {
            self.token.push(byte);
        }
        Ok(())
    }

    fn markup(&mut self, byte: u8) -> Step {
        self.mode = match byte {
            b'!' => Mode::Declaration,
            b'?' => Mode::Instruction,
            b'/' => Mode::EndTag,
            _ => {
                self.token.push(byte);
                Mode::StartTag { quote: 0 }
            }
        };
        if byte == b'>' {
            Err(self.flaw("a tag has no name"))
        } else {
            Ok(())
        }
    }

    fn start_tag(&mut self, byte: u8, quote: u8) -> Step {
        match (byte, quote) {
            (b'>', 0) => return self.open_element(),
            (b'<', _) => return Err(self.flaw("`<` is not allowed in a tag")),
            (b'"' | b'\'', 0) => self.mode = Mode::StartTag { quote: byte },
            (byte, quote) if byte == quote => self.mode = Mode::StartTag { quote: 0 },
            _ => {}
        }
        self.keep(byte, MAX_TAG)
    }

    fn open_element(&mut self) -> Step {
        let parsed = tag::parse(&self.token).map(|tag| (tag.name.to_vec(), tag.is_empty));
        let (name, is_empty) = parsed.map_err(|detail| self.flaw_at(self.reason(), detail, self.markup_at))?;
        if self.open.is_empty() {
            if self.has_root {
                return Err(self.flaw_at(
                    self.reason(),
                    "there is a second root element".to_owned(),
                    self.markup_at,
                ));
            }
            if name != b"tv" {
                let detail = format!("the root element is <{}>, not <tv>", String::from_utf8_lossy(&name));
                return Err(self.flaw_at(Reason::NotAGuide, detail, self.markup_at));
            }
            self.has_root = true;
        }
        if self.open.len() == MAX_DEPTH {
            let detail = format!("elements are nested more than {MAX_DEPTH} deep");
            return Err(self.flaw_at(self.reason(), detail, self.markup_at));
        }
        if !is_empty {
            self.open.push(name);
        }
        self.mode = self.content();
        Ok(())
    }

    fn end_tag(&mut self, byte: u8) -> Step {
        if byte != b'>' {
            return self.keep(byte, MAX_TAG);
        }
        let name = self.token.trim_ascii_end();
        match self.open.pop() {
            Some(open) if open == name => {
                self.mode = self.content();
                Ok(())
            }
            Some(open) => {
                let (open, name) = (String::from_utf8_lossy(&open), String::from_utf8_lossy(name));
                Err(self.flaw_at(
                    self.reason(),
                    format!("<{open}> is closed by </{name}>"),
                    self.markup_at,
                ))
            }
            None => Err(self.flaw_at(self.reason(), "nothing is open here".to_owned(), self.markup_at)),
        }
    }

    fn keep(&mut self, byte: u8, limit: usize) -> Step {
        if self.token.len() == limit {
            return Err(self.flaw_at(
                self.reason(),
                format!("a tag is longer than {limit} bytes"),
                self.markup_at,
            ));
        }
        self.token.push(byte);
        Ok(())
    }

    /// What comes after markup.
    fn content(&self) -> Mode {
        if self.open.is_empty() {
            Mode::Outside
        } else {
            Mode::Text { brackets: 0 }
        }
    }

    /// Before the root it is not XML; after it, it is broken XML.
    const fn reason(&self) -> Reason {
        if self.has_root {
            Reason::NotWellFormed
        } else {
            Reason::NotXml
        }
    }

    fn flaw(&self, detail: &str) -> Flaw {
        self.flaw_at(self.reason(), detail.to_owned(), self.here())
    }

    #[expect(clippy::unused_self, reason = "reads like the others at its many callers")]
    const fn flaw_at(&self, reason: Reason, detail: String, (line, byte): (u64, u64)) -> Flaw {
        Flaw {
            reason,
            detail,
            line,
            byte,
        }
    }
}

/// How many of `mark` stand in a row, two at most.
fn run(byte: u8, mark: u8, before: u8) -> u8 {
    if byte == mark { (before + 1).min(2) } else { 0 }
}
