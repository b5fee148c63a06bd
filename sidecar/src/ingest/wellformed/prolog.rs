//! What is not an element: declarations, comments, the document type, processing instructions.

use super::{MAX_OTHER, Mode, Scanner, Step, run};
use crate::ingest::{flaw::Reason, tag};

impl Scanner {
    /// After `<!`: a comment, CDATA or the document type.
    pub(super) fn declaration(&mut self, byte: u8) -> Step {
        self.token.push(byte);
        let is_inside = !self.open.is_empty();
        self.mode = match self.token.as_slice() {
            b"--" => Mode::Comment { dashes: 0 },
            b"[CDATA[" if is_inside => Mode::Cdata { brackets: 0 },
            b"DOCTYPE" if !self.has_root && !self.has_document_type => {
                self.token.clear();
                self.has_document_type = true;
                Mode::DocumentType { quote: 0 }
            }
            begun if b"--".starts_with(begun) || b"[CDATA[".starts_with(begun) => Mode::Declaration,
            begun if b"DOCTYPE".starts_with(begun) && begun.len() < 7 => Mode::Declaration,
            // HTML writes it in lower case, too: what follows is no guide, and the root says so more clearly.
            begun if b"doctype".starts_with(&begun.to_ascii_lowercase()) && !self.has_root => {
                return Err(self.flaw_at(
                    Reason::NotXml,
                    "this document type is not XML".to_owned(),
                    self.markup_at,
                ));
            }
            _ => return Err(self.flaw_at(self.reason(), "`<!` begins nothing here".to_owned(), self.markup_at)),
        };
        Ok(())
    }

    pub(super) fn comment(&mut self, byte: u8, dashes: u8) -> Step {
        self.mode = match (byte, dashes) {
            (b'>', 2) => self.content(),
            (_, 2) => return Err(self.flaw("`--` is not allowed in a comment")),
            _ => Mode::Comment {
                dashes: run(byte, b'-', dashes),
            },
        };
        Ok(())
    }

    pub(super) fn document_type(&mut self, byte: u8, quote: u8) -> Step {
        match (byte, quote) {
            (b'>', 0) => {
                self.mode = Mode::Outside;
                return Ok(());
            }
            (b'[', 0) => {
                let detail = "an internal DTD subset is not accepted, it can declare entities";
                return Err(self.flaw_at(Reason::DtdSubset, detail.to_owned(), self.here()));
            }
            (b'"' | b'\'', 0) => self.mode = Mode::DocumentType { quote: byte },
            (byte, quote) if byte == quote => self.mode = Mode::DocumentType { quote: 0 },
            (b'<', 0) => return Err(self.flaw("the document type is not closed")),
            _ => {}
        }
        self.keep(byte, MAX_OTHER)
    }

    pub(super) fn instruction(&mut self, byte: u8) -> Step {
        if byte != b'>' || self.token.last() != Some(&b'?') {
            return self.keep(byte, MAX_OTHER);
        }
        self.token.pop();
        let content = std::mem::take(&mut self.token);
        let end = content
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(content.len());
        let (target, rest) = content.split_at(end);
        if !tag::is_name(target) {
            return Err(self.flaw_at(
                self.reason(),
                "a processing instruction has no name".to_owned(),
                self.markup_at,
            ));
        }
        if target.eq_ignore_ascii_case(b"xml") {
            // 3: after a byte order mark.
            if !matches!(self.markup_at.1, 0 | 3) || self.markup_at.0 != 1 {
                let detail = "the XML declaration must come first".to_owned();
                return Err(self.flaw_at(self.reason(), detail, self.markup_at));
            }
            // Not the encoding: files say one and are another, and the importer reads them as what they are.
            let (attributes, at) = (tag::attributes(rest), self.markup_at);
            attributes.map_err(|detail| self.flaw_at(Reason::NotXml, detail, at))?;
        }
        self.mode = self.content();
        Ok(())
    }
}
