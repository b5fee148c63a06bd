//! Which media type an answer has (GraphQL over HTTP §6.4, RFC 9110 §12.5.1).

use std::cmp::Reverse;

use axum::http::{HeaderMap, header};

/// What the client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was valid.
    GraphQl,
    /// `application/json`: 200 for every well-formed request.
    Json,
    /// `text/event-stream`: graphql-sse, distinct connections.
    Events,
    /// Nothing we have.
    None,
}

impl Media {
    /// The value of `Content-Type`.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            _ => "application/json; charset=utf-8",
        }
    }
}

/// What can be had, the default first, and the names a client may give it, the most specific first.
const OFFERS: [(Media, &[&str]); 3] = [
    (Media::Json, &["application/json", "application/*", "*/*"]),
    (
        Media::GraphQl,
        &["application/graphql-response+json", "application/*", "*/*"],
    ),
    // Only for who names it: nobody else expects a stream.
    (Media::Events, &["text/event-stream"]),
];

/// Chooses by quality, then what was named rather than a wildcard, then by the order the client gave. No `Accept`, or
/// `*/*`, is `application/json`.
pub(crate) fn negotiate(headers: &HeaderMap) -> Media {
    let ranges: Vec<(String, u16)> = headers
        .get_all(header::ACCEPT)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .filter(|range| !range.trim().is_empty())
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            (name, quality(parts))
        })
        .collect();
    if ranges.is_empty() {
        return Media::Json;
    }
    let candidates = OFFERS.iter().filter_map(|(media, names)| {
        // The most specific range decides, also when it says that this is not wanted (RFC 9110 §12.5.1).
        let (vagueness, position) = names.iter().enumerate().find_map(|(vagueness, name)| {
            let position = ranges.iter().position(|(range, _)| range == name)?;
            Some((vagueness, position))
        })?;
        let quality = ranges[position].1;
        (quality > 0).then_some((*media, (Reverse(quality), vagueness, position)))
    });
    candidates
        .min_by_key(|(_, rank)| *rank)
        .map_or(Media::None, |(media, _)| media)
}

/// `q` in thousandths; one that cannot be read is 1.
fn quality<'p>(parameters: impl Iterator<Item = &'p str>) -> u16 {
    for parameter in parameters {
        let named = parameter
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()));
        if let Some((_, value)) = named.filter(|(name, _)| name.eq_ignore_ascii_case("q")) {
            let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
            let thousandths: u16 = format!("{fraction:0<3}")
                .get(..3)
                .and_then(|digits| digits.parse().ok())
                .unwrap_or(0);
            return if whole == "0" { thousandths } else { 1000 };
        }
    }
    1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_decides_then_order() {
        for (accept, media) in [
            ("application/json", Media::Json),
            ("*/*", Media::Json),
            (
                "application/graphql-response+json, application/json;q=0.9",
                Media::GraphQl,
            ),
            ("application/graphql-response+json;q=0.5, application/json", Media::Json),
            ("application/json, application/graphql-response+json", Media::Json),
            ("text/event-stream", Media::Events),
            ("text/html", Media::None),
            ("application/json;q=0", Media::None),
            ("application/json;q=0, */*", Media::GraphQl),
            ("*/*, application/json;q=0", Media::GraphQl),
            ("*/*, application/graphql-response+json", Media::GraphQl),
            ("application/json;version=2; Q=0.2, application/*;q=0.1", Media::Json),
            (
                "multipart/mixed;deferSpec=20220824, application/json;q=0.5",
                Media::Json,
            ),
            ("multipart/mixed", Media::None),
            ("text/*", Media::None),
            ("text/event-stream;q=0.5, application/json;q=0.4", Media::Events),
            ("application/graphql-response+json; charset=utf-8", Media::GraphQl),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
            assert_eq!(negotiate(&headers), media, "{accept}");
        }
        assert_eq!(negotiate(&HeaderMap::new()), Media::Json);
    }
}
