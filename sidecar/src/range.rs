//! RFC 9110 §13 and §14: preconditions, then ranges. Pure: headers in, a [`Plan`] out; the body is the caller's business.

use http::{HeaderMap, HeaderName, Method, header};

/// More ranges than a player asks for: answered with the whole, so that a small request cannot cost much.
const MAX_RANGES: usize = 16;

/// First and last byte, both included.
pub type Span = (u64, u64);

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// 304: the client has it.
    NotModified,
    /// 412: it is not what the client thinks.
    PreconditionFailed,
    /// 200: everything.
    Full,
    /// 206: one part.
    One(Span),
    /// 206: several parts, as `multipart/byteranges`, in the order asked for.
    Multi(Vec<Span>),
    /// 416: nothing of it is there.
    Unsatisfiable,
}

/// What the answer is made of.
#[derive(Debug, Clone, Copy)]
pub struct Representation<'a> {
    /// Bytes.
    pub length: u64,
    /// Strong entity tag, with its quotes.
    pub etag: &'a str,
    /// Last change, in whole seconds since 1970.
    pub modified: u64,
}

/// Decides what a GET or HEAD with `headers` is answered.
///
/// The order is that of RFC 9110 §13.2.2: If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, If-Range.
pub fn plan(method: &Method, headers: &HeaderMap, of: &Representation<'_>) -> Plan {
    if let Some(tags) = value(headers, &header::IF_MATCH) {
        if !any_tag(&tags, |tag| strong(tag, of.etag)) {
            return Plan::PreconditionFailed;
        }
    } else if date(headers, &header::IF_UNMODIFIED_SINCE).is_some_and(|since| of.modified > since) {
        return Plan::PreconditionFailed;
    }
    if let Some(tags) = value(headers, &header::IF_NONE_MATCH) {
        if any_tag(&tags, |tag| weak(tag, of.etag)) {
            return Plan::NotModified;
        }
    } else if date(headers, &header::IF_MODIFIED_SINCE).is_some_and(|since| of.modified <= since) {
        return Plan::NotModified;
    }
    // §14.2: Range is defined for GET only, and one that does not parse is ignored.
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    match range {
        Some(range) if method == Method::GET && is_current(headers, of) => ranges(range, of.length),
        _ => Plan::Full,
    }
}

/// §13.1.5: an If-Range that does not name this very content asks for the whole of the new one.
fn is_current(headers: &HeaderMap, of: &Representation<'_>) -> bool {
    match headers.get(header::IF_RANGE).map(|value| value.to_str()) {
        None => true,
        Some(Ok(tag)) if tag.contains('"') => strong(tag.trim(), of.etag),
        Some(_) => date(headers, &header::IF_RANGE) == Some(of.modified),
    }
}

/// §14.1.2: `bytes=` and a list of `first-last`, `first-` or `-length`.
fn ranges(field: &str, length: u64) -> Plan {
    let Some((unit, set)) = field.split_once('=') else {
        return Plan::Full;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Plan::Full;
    }
    let (mut spans, mut asked) = (Vec::new(), 0);
    for part in set.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        asked += 1;
        if asked > MAX_RANGES {
            return Plan::Full;
        }
        match span(part, length) {
            Ok(span) => spans.extend(span),
            Err(Malformed) => return Plan::Full,
        }
    }
    let total = spans
        .iter()
        .fold(0_u64, |sum, (first, last)| sum.saturating_add(last - first + 1));
    match spans.as_slice() {
        [] if asked == 0 => Plan::Full,
        [] => Plan::Unsatisfiable,
        [one] => Plan::One(*one),
        // Overlapping parts that add up to more than the whole are an attack or a mistake.
        _ if total > length => Plan::Full,
        _ => Plan::Multi(spans),
    }
}

/// The set of ranges does not follow the grammar.
struct Malformed;

/// One part; `None` when it lies past the end.
fn span(part: &str, length: u64) -> Result<Option<Span>, Malformed> {
    let (first, last) = part.split_once('-').ok_or(Malformed)?;
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first < length).then(|| (first, last.min(length - 1)))),
        (Some(first), None) if last.is_empty() => Ok((first < length).then(|| (first, length - 1))),
        // A suffix longer than the content is all of it.
        (None, Some(count)) if first.is_empty() => {
            Ok((count > 0 && length > 0).then(|| (length.saturating_sub(count), length - 1)))
        }
        _ => Err(Malformed),
    }
}

/// Digits only; what does not fit is past any end.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// All fields of a list header as one list.
fn value(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut list: Option<String> = None;
    for value in headers.get_all(name) {
        let text = value.to_str().unwrap_or_default();
        match &mut list {
            Some(list) => {
                list.push(',');
                list.push_str(text);
            }
            None => list = Some(text.to_owned()),
        }
    }
    list
}

fn any_tag(list: &str, matches: impl Fn(&str) -> bool) -> bool {
    // Our tags hold no comma, so splitting inside a foreign tag cannot make a match.
    list.trim() == "*" || list.split(',').any(|tag| matches(tag.trim()))
}

/// §8.8.3.2: neither is weak, and both are the same.
fn strong(tag: &str, ours: &str) -> bool {
    !tag.starts_with("W/") && !ours.starts_with("W/") && tag == ours
}

/// §8.8.3.2: the same, weak or not.
fn weak(tag: &str, ours: &str) -> bool {
    tag.trim_start_matches("W/") == ours.trim_start_matches("W/")
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    let instant = httpdate::parse_http_date(text.trim()).ok()?;
    Some(instant.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const OF: Representation<'_> = Representation {
        length: 1000,
        etag: "\"tag\"",
        modified: 1_700_000_000,
    };

    fn get(range: &str, length: u64) -> Plan {
        let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())]);
        plan(&Method::GET, &headers, &Representation { length, ..OF })
    }

    #[test]
    fn an_empty_object_has_no_range() {
        for range in ["bytes=0-", "bytes=0-0", "bytes=-5"] {
            assert_eq!(get(range, 0), Plan::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn lists_may_come_in_several_fields() {
        let mut headers = HeaderMap::new();
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("\"a\""));
        headers.append(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"tag\", \"b\""));
        assert_eq!(plan(&Method::GET, &headers, &OF), Plan::NotModified);
        assert_eq!(
            plan(
                &Method::GET,
                &HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static("*"))]),
                &OF
            ),
            Plan::Full
        );
    }

    proptest! {
        #[test]
        fn parts_lie_inside_and_never_add_up_to_more_than_the_whole(
            range in "(bytes=)?[0-9,\\- ]{0,40}", length in 0_u64..200,
        ) {
            let spans = match get(&range, length) {
                Plan::One(span) => vec![span],
                Plan::Multi(spans) => { prop_assert!(spans.len() > 1); spans }
                Plan::Full | Plan::Unsatisfiable => vec![],
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert!(spans.iter().all(|(first, last)| first <= last && *last < length));
            prop_assert!(spans.iter().map(|(first, last)| last - first + 1).sum::<u64>() <= length.max(1));
        }

        #[test]
        fn any_header_is_answered(range in "\\PC{0,60}", tag in "\\PC{0,30}", day in "\\PC{0,30}") {
            let mut headers = HeaderMap::new();
            for (name, text) in [(header::RANGE, &range), (header::IF_RANGE, &tag), (header::IF_MODIFIED_SINCE, &day)] {
                if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
                    headers.insert(name, value);
                }
            }
            plan(&Method::GET, &headers, &OF);
        }
    }
}
