//! Which media type an answer has (GraphQL over HTTP §6.4, RFC 9110 §12.5.1).

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

/// Chooses by quality, then by the order the client gave. No `Accept`, or `*/*`, is `application/json`.
pub(crate) fn negotiate(headers: &HeaderMap) -> Media {
    let mut best: Option<(Media, u16)> = None;
    let mut any = false;
    for value in headers.get_all(header::ACCEPT) {
        for range in value
            .to_str()
            .unwrap_or_default()
            .split(',')
            .filter(|range| !range.trim().is_empty())
        {
            any = true;
            let mut parts = range.split(';').map(str::trim);
            let media = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Media::GraphQl,
                "application/json" | "application/*" | "*/*" => Media::Json,
                "text/event-stream" => Media::Events,
                _ => continue,
            };
            let quality = quality(parts);
            if quality > 0 && best.is_none_or(|(_, known)| quality > known) {
                best = Some((media, quality));
            }
        }
    }
    match best {
        Some((media, _)) => media,
        None if any => Media::None,
        None => Media::Json,
    }
}

/// `q` in thousandths; one that cannot be read is 1.
fn quality<'p>(parameters: impl Iterator<Item = &'p str>) -> u16 {
    for parameter in parameters {
        if let Some(value) = parameter.strip_prefix("q=") {
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
            ("application/graphql-response+json; charset=utf-8", Media::GraphQl),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a header"));
            assert_eq!(negotiate(&headers), media, "{accept}");
        }
        assert_eq!(negotiate(&HeaderMap::new()), Media::Json);
    }
}
