//! Patterns of paths, as in `/v1/videos/{id}` and `/s/{*rest}`. Texts are compared and handed on as they came, never
//! decoded: whoever answers the path decodes it, once.

use percent_encoding::percent_decode_str;

/// A path with placeholders: `{name}` is one segment, `{*name}` at the end is all that is left, at least one segment.
///
/// What a placeholder would have to hold that means another place (`.` and `..`, nothing between two slashes; encoded or
/// not) matches no pattern: it could leave the folder that the pattern names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

/// Between two slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// This very text; empty at the end of a path that ends in a slash.
    Fixed(String),
    /// `{name}`
    One(String),
    /// `{*name}`
    Rest(String),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let parts = parts(text)?;
        if let Some(at) = parts.iter().position(|part| matches!(part, Part::Rest(_)))
            && at + 1 < parts.len()
        {
            return Err(format!("{text:?}: a {{*placeholder}} is the end of a path"));
        }
        let pattern = Self {
            text: text.to_owned(),
            parts,
        };
        let names = pattern.placeholders();
        match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            Some((_, name)) => Err(format!("{text:?} has {name} twice")),
            None => Ok(pattern),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the placeholders hold for `path`, in their order; `None` when it is another path.
    pub fn captures<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut left = Some(path.strip_prefix('/')?);
        let mut found = Vec::new();
        for part in &self.parts {
            let text = left?;
            if let Part::Rest(_) = part {
                found.push(text);
                return stays(text).then_some(found);
            }
            let (segment, after) = text
                .split_once('/')
                .map_or((text, None), |(segment, after)| (segment, Some(after)));
            match part {
                Part::Fixed(fixed) if fixed == segment => {}
                Part::One(_) if stays(segment) => found.push(segment),
                _ => return None,
            }
            left = after;
        }
        // The root has no parts and one empty segment.
        let is_end = left.is_none_or(|left| self.parts.is_empty() && left.is_empty());
        is_end.then_some(found)
    }

    /// Whether it matches whatever `other` matches.
    pub fn covers(&self, other: &Self) -> bool {
        let mut theirs = other.parts.iter();
        for mine in &self.parts {
            let fits = match (mine, theirs.next()) {
                (Part::Fixed(mine), Some(Part::Fixed(theirs))) => mine == theirs,
                (Part::One(_), Some(Part::One(_))) => true,
                (Part::One(_), Some(Part::Fixed(theirs))) => !theirs.is_empty(),
                (Part::Rest(_), Some(Part::Fixed(theirs))) => return !theirs.is_empty(),
                (Part::Rest(_), Some(_)) => return true,
                _ => false,
            };
            if !fits {
                return false;
            }
        }
        theirs.next().is_none()
    }

    /// The placeholders as they are written, in their order.
    pub(crate) fn placeholders(&self) -> Vec<String> {
        self.parts.iter().filter_map(Part::placeholder).collect()
    }
}

impl Part {
    /// The placeholder as it is written.
    pub(crate) fn placeholder(&self) -> Option<String> {
        match self {
            Self::Fixed(_) => None,
            Self::One(name) => Some(format!("{{{name}}}")),
            Self::Rest(name) => Some(format!("{{*{name}}}")),
        }
    }
}

/// Reads the parts of a path with placeholders.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parts(text: &str) -> Result<Vec<Part>, String> {
    let path = text
        .strip_prefix('/')
        .ok_or_else(|| format!("{text:?} is no path: it begins with a slash"))?;
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let count = path.split('/').count();
    let read = |(at, segment): (usize, &str)| {
        part(segment, at + 1 == count).ok_or_else(|| {
            format!(
                "{text:?}: {segment:?} is neither a {{placeholder}} nor a segment as it stands in a URL (percent-encoded, \
                 not empty, not . or ..)"
            )
        })
    };
    path.split('/').enumerate().map(read).collect()
}

fn part(segment: &str, is_last: bool) -> Option<Part> {
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (name, is_rest) = name.strip_prefix('*').map_or((name, false), |name| (name, true));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let name = (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())?;
        return Some(if is_rest { Part::Rest(name) } else { Part::One(name) });
    }
    let is_good = if segment.is_empty() {
        is_last
    } else {
        is_segment(segment) && stays(segment)
    };
    is_good.then(|| Part::Fixed(segment.to_owned()))
}

/// RFC 3986 §3.3: what stands between two slashes.
fn is_segment(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        let is_good = plain(byte) || (byte == b'%' && is_hex(bytes.next()) && is_hex(bytes.next()));
        if !is_good {
            return false;
        }
    }
    true
}

/// Whether a captured text is a place below the one it stands at, for whoever decodes it and takes `\` for a slash (as
/// browsers do) or leaves parameters out (`..;a`, as some servers do). It may end in a slash.
fn stays(text: &str) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    let folder = text
        .strip_suffix('/')
        .map_or(&*decoded, |_| decoded.strip_suffix('/').unwrap_or_default());
    folder.split(['/', '\\']).all(|part| {
        let name = part.split(';').next().unwrap_or_default();
        !part.is_empty() && name != "." && name != ".."
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::read(text).expect(text)
    }

    #[test]
    fn a_path_matches_by_segments_as_they_came() {
        for (text, path, found) in [
            ("/", "/", Some(vec![])),
            ("/", "/a", None),
            ("/a", "/a", Some(vec![])),
            ("/a", "/a/", None),
            ("/a/", "/a/", Some(vec![])),
            ("/a", "/A", None),
            ("/v1/videos/{id}", "/v1/videos/7", Some(vec!["7"])),
            ("/v1/videos/{id}", "/v1/videos/a%2Fb", Some(vec!["a%2Fb"])),
            ("/v1/videos/{id}", "/v1/videos/", None),
            ("/v1/videos/{id}", "/v1/videos/7/", None),
            ("/v1/videos/{id}", "/v1/v%69deos/7", None),
            ("/{a}/x/{b}", "/1/x/2", Some(vec!["1", "2"])),
            ("/s/{*rest}", "/s/a/b/c", Some(vec!["a/b/c"])),
            ("/s/{*rest}", "/s/a/", Some(vec!["a/"])),
            ("/s/{*rest}", "/s/", None),
            ("/s/{*rest}", "/s", None),
            ("/{*rest}", "*", None),
        ] {
            assert_eq!(pattern(text).captures(path), found, "{text} and {path}");
        }
    }

    #[test]
    fn what_could_leave_the_folder_matches_nothing() {
        for rest in [
            "../admin",
            "a/../../admin",
            "%2e%2e/admin",
            "a/%2E./b",
            ".",
            "a/./b",
            "a//b",
            "/evil.example",
            "%2Fevil.example",
            "a%2f%2fb",
            "\\evil.example",
            "a/..%5cb",
            "..;/admin",
            "a/..;x=1/b",
            "..",
        ] {
            assert_eq!(pattern("/s/{*rest}").captures(&format!("/s/{rest}")), None, "{rest}");
        }
        for one in ["..", "%2e%2e", "%2f", "a%2f..", ""] {
            assert_eq!(pattern("/s/{one}").captures(&format!("/s/{one}")), None, "{one}");
        }
        // What only looks like it is a name.
        for name in ["...", "..a", "a..b", "%252e%252e", "a%2Fb"] {
            assert_eq!(pattern("/s/{one}").captures(&format!("/s/{name}")), Some(vec![name]));
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in [
            "", "a", "//", "/a//b", "/a/../b", "/%2e%2e", "/a b", "/a?b", "/a#b", "/ä", "/%zz", "/{", "/{}", "/{*}",
            "/{a}b", "/{a}/{a}", "/{*a}/b", "/{a-b}", "/a%2", "/a\\b",
        ] {
            assert!(Pattern::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pattern_covers_what_it_always_matches() {
        for (wide, narrow, covers) in [
            ("/{*all}", "/a", true),
            ("/{*all}", "/a/{b}", true),
            ("/{*all}", "/", false),
            ("/a/{*all}", "/a/", false),
            ("/a/{b}", "/a/c", true),
            ("/a/{b}", "/a/{c}", true),
            ("/a/{b}", "/a/{*c}", false),
            ("/a/b", "/a/{c}", false),
            ("/a/{b}", "/a/b/c", false),
            ("/a", "/a", true),
        ] {
            assert_eq!(pattern(wide).covers(&pattern(narrow)), covers, "{wide} and {narrow}");
        }
    }

    proptest! {
        #[test]
        fn what_is_captured_is_a_piece_of_the_path_that_stays_below(path in "/s/[a./%2eEfF5c\\\\;]{0,12}") {
            if let Some(found) = pattern("/s/{*rest}").captures(&path) {
                prop_assert_eq!(&path, &format!("/s/{}", found[0]));
                let decoded = percent_decode_str(found[0]).decode_utf8_lossy();
                let mut depth = 0_i32;
                for part in decoded.trim_end_matches('/').split(['/', '\\']) {
                    prop_assert!(!part.is_empty(), "{}", path);
                    depth += if part == ".." { -1 } else { 1 };
                    prop_assert!(depth > 0, "{}", path);
                }
            }
        }

        #[test]
        fn any_text_is_a_pattern_or_refused(text in "\\PC*", path in "\\PC*") {
            if let Ok(pattern) = Pattern::read(&text) {
                pattern.captures(&path);
                prop_assert!(pattern.covers(&pattern));
            }
        }
    }
}
