//! E-mail addresses: one spelling for each.

use sha2::{Digest, Sha256};

/// RFC 5321 §4.5.3.1: longest path without its brackets.
const MAX_ADDRESS: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL: usize = 64;

/// A normalised address: trimmed, in lower case, shaped like `local@domain.tld`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address as people type it; `None` when mail cannot be sent to it.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_ADDRESS + 64 {
            return None;
        }
        // Case matters nowhere in practice, and two accounts that differ by it would only confuse.
        let address = text.trim().to_lowercase();
        let (local, domain) = address.split_once('@')?;
        let is_local = (1..=MAX_LOCAL).contains(&local.len()) && !local.chars().any(is_forbidden);
        let labels: Vec<&str> = domain.split('.').collect();
        let is_domain = labels.len() > 1 && labels.iter().all(|label| is_label(label));
        (address.len() <= MAX_ADDRESS && is_local && is_domain).then_some(Self(address))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// SHA-256 in hex: tells addresses apart without telling them.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
            text
        })
}

fn is_forbidden(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || matches!(letter, '@' | '<' | '>' | ',' | ';' | '"' | '(' | ')')
}

/// RFC 1035 §2.3.1, letters of other alphabets allowed (RFC 6531).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling_and_a_malformed_one_has_none() {
        assert_eq!(Email::parse("  Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
        let long = format!("{}@example.com", "a".repeat(65));
        let bad = [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a@b@example.com",
            "ada@example",
            "a da@example.com",
            "a@-b.de",
            &long,
        ];
        for text in bad {
            assert_eq!(Email::parse(text), None, "{text:?}");
        }
    }
}
