//! What people write about themselves: names, pictures, languages, comments.

use kernel::Refusal;

/// Longest name.
const MAX_NAME: usize = 40;
/// Longest URL.
const MAX_URL: usize = 2048;
/// Longest comment.
const MAX_COMMENT: usize = 2000;
/// Longest key of a report.
const MAX_KEY: usize = 128;
/// RFC 5646 §4.4.1: a language tag that software must at least be able to keep.
const MAX_LANGUAGE: usize = 35;
/// Oldest age a rating can ask for.
const MAX_AGE: i32 = 21;

/// A name to show: trimmed, one to 40 characters, on one line.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn name(field: &str, text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Refusal::bad_input(
            field,
            format!("a name has 1 to {MAX_NAME} characters on one line"),
        ));
    }
    Ok(name.to_owned())
}

/// The URL of a picture: `http` or `https`, at most 2048 characters, without spaces.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn picture_url(field: &str, text: &str) -> Result<String, Refusal> {
    let url = text.trim();
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .unwrap_or_default();
    let is_clean = !url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if host.is_empty() || host.starts_with('/') || url.len() > MAX_URL || !is_clean {
        return Err(Refusal::bad_input(
            field,
            format!("{field} is not an http or https URL"),
        ));
    }
    Ok(url.to_owned())
}

/// A BCP 47 language tag, by its shape.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn language(field: &str, text: &str) -> Result<String, Refusal> {
    let subtags: Vec<&str> = text.split('-').collect();
    let is_subtag =
        |subtag: &&str| (1..=8).contains(&subtag.len()) && subtag.chars().all(|letter| letter.is_ascii_alphanumeric());
    let is_primary = subtags.first().is_some_and(|primary| {
        (2..=8).contains(&primary.len()) && primary.chars().all(|letter| letter.is_ascii_alphabetic())
    });
    if text.len() > MAX_LANGUAGE || !is_primary || !subtags.iter().all(is_subtag) {
        return Err(Refusal::bad_input(
            field,
            format!("{field} is not a language tag (BCP 47)"),
        ));
    }
    Ok(text.to_owned())
}

/// A youngest age, 0 to 21.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn age(field: &str, years: i32) -> Result<i32, Refusal> {
    if (0..=MAX_AGE).contains(&years) {
        return Ok(years);
    }
    Err(Refusal::bad_input(
        field,
        format!("{field} is an age of 0 to {MAX_AGE} years"),
    ))
}

/// A comment: trimmed, at most 2000 characters; `None` when nothing is left.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn comment(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    let comment = text.unwrap_or_default().trim();
    if comment.chars().count() > MAX_COMMENT {
        return Err(Refusal::bad_input(
            field,
            format!("a comment has at most {MAX_COMMENT} characters"),
        ));
    }
    // NUL cannot be kept by Postgres; other control characters but line breaks and tabs have no business here.
    if comment
        .chars()
        .any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    {
        return Err(Refusal::bad_input(field, "a comment has no control characters"));
    }
    Ok((!comment.is_empty()).then(|| comment.to_owned()))
}

/// An app's key of one report: 1 to 128 visible characters.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn key(field: &str, text: String) -> Result<String, Refusal> {
    if (1..=MAX_KEY).contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        field,
        format!("{field} has 1 to {MAX_KEY} visible ASCII characters"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_refused() {
        assert_eq!(name("name", "  Ada ").unwrap(), "Ada");
        assert!(name("name", " ").is_err() && name("name", "a\nb").is_err() && name("name", &"x".repeat(41)).is_err());
        assert!(picture_url("url", "https://example.com/a.png").is_ok());
        for bad in [
            "javascript:alert(1)",
            "https://",
            "http:///x",
            "https://a b",
            "ftp://example.com",
        ] {
            assert!(picture_url("url", bad).is_err(), "{bad}");
        }
        assert!(
            ["de", "pt-BR", "zh-Hant-TW"]
                .iter()
                .all(|tag| language("language", tag).is_ok())
        );
        assert!(
            ["", "d", "de_DE", "de-", "12"]
                .iter()
                .all(|tag| language("language", tag).is_err())
        );
        assert_eq!(comment("comment", Some("  ")).unwrap(), None);
    }
}
