//! One start tag, whole: its name and attributes (XML 1.0 §3.1), and references (§4.1).

/// More attributes than any element of a guide has.
const MAX_ATTRIBUTES: usize = 64;

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Whether it closes itself.
    pub is_empty: bool,
}

/// Name and value.
type Attribute<'a> = (&'a [u8], &'a [u8]);

/// Reads what stands between `<` and `>`.
pub(super) fn parse(token: &[u8]) -> Result<Tag<'_>, String> {
    let (inside, is_empty) = match token.strip_suffix(b"/") {
        Some(inside) => (inside, true),
        None => (token, false),
    };
    let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    if !is_name(name) {
        return Err(format!("{:?} is not the name of an element", shown(name)));
    }
    attributes(rest)?;
    Ok(Tag { name, is_empty })
}

/// Reads ` name="value" name='value'`.
pub(super) fn attributes(mut rest: &[u8]) -> Result<Vec<Attribute<'_>>, String> {
    let mut found: Vec<Attribute<'_>> = Vec::new();
    loop {
        let next = rest.trim_ascii_start();
        if next.is_empty() {
            return Ok(found);
        }
        if next.len() == rest.len() {
            return Err("attributes must stand apart".to_owned());
        }
        let ((name, value), after) = attribute(next)?;
        if found.iter().any(|(other, _)| *other == name) {
            return Err(format!("the attribute {:?} is there twice", shown(name)));
        }
        if found.len() == MAX_ATTRIBUTES {
            return Err(format!("more than {MAX_ATTRIBUTES} attributes"));
        }
        found.push((name, value));
        rest = after;
    }
}

/// The first attribute, and what comes after it.
fn attribute(bytes: &[u8]) -> Result<(Attribute<'_>, &[u8]), String> {
    let equals = bytes.iter().position(|byte| *byte == b'=');
    let equals = equals.ok_or_else(|| format!("the attribute {:?} has no value", shown(bytes)))?;
    let (name, value) = bytes.split_at(equals);
    let name = name.trim_ascii_end();
    if !is_name(name) {
        return Err(format!("{:?} is not the name of an attribute", shown(name)));
    }
    let unquoted = || format!("the value of the attribute {:?} has no quotes", shown(name));
    let (quote, value) = value
        .get(1..)
        .unwrap_or_default()
        .trim_ascii_start()
        .split_first()
        .ok_or_else(unquoted)?;
    if !matches!(quote, b'"' | b'\'') {
        return Err(unquoted());
    }
    let end = value.iter().position(|byte| byte == quote).ok_or_else(unquoted)?;
    let (value, after) = value.split_at(end);
    references(value)?;
    Ok(((name, value), after.get(1..).unwrap_or_default()))
}

fn references(value: &[u8]) -> Result<(), String> {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte == b'&') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|byte| *byte == b';')
            .ok_or("a bare & must be written &amp;")?;
        let (name, after) = rest.split_at(end);
        if !is_reference(name) {
            return Err(format!("&{}; is not declared", shown(name)));
        }
        rest = after;
    }
    Ok(())
}

/// `name` of `&name;`: one of the five that need no declaration, or a character by its number.
pub(super) fn is_reference(name: &[u8]) -> bool {
    if matches!(name, b"lt" | b"gt" | b"amp" | b"apos" | b"quot") {
        return true;
    }
    let number = match name {
        [b'#', b'x', hex @ ..] if hex.iter().all(u8::is_ascii_hexdigit) => parse_number(hex, 16),
        [b'#', decimal @ ..] if decimal.iter().all(u8::is_ascii_digit) => parse_number(decimal, 10),
        _ => None,
    };
    // §2.2: no control characters, no surrogates, no U+FFFE and U+FFFF.
    let character = number.and_then(char::from_u32);
    character.is_some_and(|c| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

fn parse_number(digits: &[u8], radix: u32) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// §2.3, with every byte beyond ASCII taken for a letter.
pub(super) fn is_name(name: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || *byte >= 0x80;
    let may_follow = |byte: &u8| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    name.first().is_some_and(is_letter) && name.iter().all(may_follow)
}

/// A piece of the document for a message: short, and text.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..40).unwrap_or(bytes)).into_owned()
}
