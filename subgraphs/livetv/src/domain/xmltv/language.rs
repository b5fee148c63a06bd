//! Texts in several languages, and the one that is shown.

use crate::domain::extras::LocalText;

/// Languages of one text that are kept.
const MAX_TEXTS: usize = 8;
/// Longest language tag: RFC 5646 §4.4.1.
const MAX_LANGUAGE: usize = 35;

/// One field of a programme, in every language that the file has.
#[derive(Debug, Default)]
pub struct LocalTexts(Vec<LocalText>);

impl LocalTexts {
    /// Takes a text in the order of the file.
    pub fn push(&mut self, language: Option<&str>, text: String) {
        let language = language.and_then(tag);
        let is_known = self
            .0
            .iter()
            .any(|known| known.text == text && known.language == language);
        if self.0.len() < MAX_TEXTS && !is_known {
            self.0.push(LocalText { language, text });
        }
    }

    /// The text that is shown: the one in `wished`, else the first of the file; and the others.
    pub fn choose(mut self, wished: Option<&str>) -> (Option<LocalText>, Vec<LocalText>) {
        if self.0.is_empty() {
            return (None, self.0);
        }
        let is_wished = |text: &LocalText| matches(text.language.as_deref(), wished);
        let at = self.0.iter().position(is_wished).unwrap_or_default();
        (Some(self.0.remove(at)), self.0)
    }
}

/// `en` is wished: `en` and `en-GB` are it.
fn matches(language: Option<&str>, wished: Option<&str>) -> bool {
    let (Some(language), Some(wished)) = (language, wished) else {
        return false;
    };
    let Some((head, tail)) = language.split_at_checked(wished.len()) else {
        return false;
    };
    head.eq_ignore_ascii_case(wished) && (tail.is_empty() || tail.starts_with('-'))
}

/// A language tag as BCP 47 writes it: guides write `en_GB`, too.
pub fn tag(text: &str) -> Option<String> {
    let text = text.trim();
    let is_tag = !text.is_empty()
        && text.len() <= MAX_LANGUAGE
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_tag.then(|| text.replace('_', "-"))
}
