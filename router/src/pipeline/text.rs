//! Measures a document before any parser sees it: parsers recurse, this loop does not.

/// The size of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Lexical tokens.
    pub(crate) tokens: u64,
    /// Deepest nesting of braces, brackets and parentheses.
    pub(crate) nesting: u64,
}

/// Counts the tokens of `document` and how deep it nests (GraphQL §2.1).
pub(crate) fn measure(document: &str) -> Measure {
    let bytes = document.as_bytes();
    let mut measure = Measure::default();
    let (mut i, mut depth) = (0, 0_u64);
    while let Some(byte) = bytes.get(i) {
        match byte {
            b'#' => {
                i += bytes[i..]
                    .iter()
                    .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
                    .count();
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                i += 1;
                continue;
            }
            b'"' => i += string(&bytes[i..]),
            b'{' | b'[' | b'(' => {
                depth += 1;
                measure.nesting = measure.nesting.max(depth);
                i += 1;
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                i += 1;
            }
            byte if is_word(*byte) => i += bytes[i..].iter().take_while(|byte| is_word(**byte)).count(),
            _ => i += 1,
        }
        measure.tokens += 1;
    }
    measure
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.') || !byte.is_ascii()
}

/// The length of the string that `bytes` begins with; an unfinished one takes the rest.
fn string(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\"\"\"") {
        let mut i = 3;
        while i < bytes.len() {
            if bytes[i..].starts_with(b"\\\"\"\"") {
                i += 4;
            } else if bytes[i..].starts_with(b"\"\"\"") {
                return i + 3;
            } else {
                i += 1;
            }
        }
        return bytes.len();
    }
    let mut i = 1;
    while i < bytes.len() {
        match bytes[i] {
            b'"' => return i + 1,
            // A line ends a string that is not a block; the parser will say so.
            b'\n' | b'\r' => return i,
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let measured = measure("{ a(b: \"{{{\", c: \"\"\" [[ \\\"\"\" [ \"\"\") # ((((\n b }");
        assert_eq!(measured, Measure { tokens: 12, nesting: 2 });
    }

    proptest! {
        #[test]
        fn any_text_is_measured(text in "\\PC*") {
            let measured = measure(&text);
            prop_assert!(measured.nesting <= measured.tokens && measured.tokens <= text.len() as u64);
        }

        #[test]
        fn nesting_is_what_was_nested(depth in 0_usize..5000) {
            let text = format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
            prop_assert_eq!(measure(&text).nesting, depth as u64);
        }
    }
}
