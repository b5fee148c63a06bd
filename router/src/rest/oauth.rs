//! Routes with the customs of OAuth 2.0 (RFC 6749): bodies are forms, errors are §5.2's, HTTP Basic carries an API key,
//! nothing is kept by anybody.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{ErrorCode, Refusal};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{answer::Reply, arguments::Known, problem::Problem};
use crate::pipeline::API_KEY;

/// The media type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Most parameters of a form.
const MAX_PARAMETERS: usize = 100;
/// The problems of a payload that are called by OAuth's own words.
const WORDS: [&str; 6] = [
    "INVALID_REQUEST",
    "INVALID_GRANT",
    "INVALID_SCOPE",
    "INVALID_TARGET",
    "UNAUTHORIZED_CLIENT",
    "UNSUPPORTED_GRANT_TYPE",
];

/// Whether a body is a form, as it says.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    media.trim().eq_ignore_ascii_case(FORM)
}

/// A form as the object it stands for. Parameters without a value, and unknown ones, are as if they had not been sent
/// (RFC 6749 §3.2); one that comes several times is a list, which only the graph's lists take.
///
/// # Errors
/// `BAD_USER_INPUT`, `LIMIT_EXCEEDED`.
pub(super) fn form(body: &[u8], known: &Known) -> Result<Value, Refusal> {
    let unreadable = || Refusal::bad_input("body", "the body is not a form in UTF-8");
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let mut members = Map::new();
    for (at, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if at >= MAX_PARAMETERS {
            let sent = text.split('&').count() as u64;
            return Err(Refusal::limit("parameters of a form", MAX_PARAMETERS as u64, sent));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = decode(name).zip(decode(value)).ok_or_else(unreadable)?;
        if value.is_empty() || !known.body.contains(&name) {
            continue;
        }
        match members.get_mut(&name) {
            None => drop(members.insert(name, value.into())),
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = Value::Array(vec![first.take(), value.into()]),
        }
    }
    Ok(Value::Object(members))
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// The headers with the API key that HTTP Basic carries as its password (RFC 6749 §2.3.1, `client_secret_basic`); the user
/// name is the client's to choose.
pub(super) fn credentials(mut headers: HeaderMap) -> HeaderMap {
    if let Some(key) = basic(&headers).and_then(|text| password(&text))
        && !headers.contains_key(API_KEY)
    {
        headers.remove(header::AUTHORIZATION);
        headers.insert(API_KEY, key);
    }
    headers
}

/// What stands behind `Basic`.
fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, text) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| text.trim().to_owned())
}

fn password(text: &str) -> Option<HeaderValue> {
    let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    let mut value = HeaderValue::from_str(password).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Whether a problem says that a token was none: trying many of them is not free.
pub(super) fn is_guess(problem: &Problem) -> bool {
    problem.body.get("code").is_some_and(|code| code == "INVALID_GRANT")
}

/// What is sent back.
pub(super) fn reply(answered: Result<Reply, Problem>, headers: &HeaderMap) -> Reply {
    match answered {
        Ok(reply) => reply.without_nulls(),
        Err(problem) => refusal(problem, headers),
    }
}

/// RFC 6749 §5.2.
fn refusal(problem: Problem, headers: &HeaderMap) -> Reply {
    let text = |name: &str| problem.body.get(name).and_then(Value::as_str).unwrap_or_default();
    let code = text("code");
    let error = match problem.status {
        _ if WORDS.contains(&code) => code.to_ascii_lowercase(),
        _ if code == ErrorCode::Unauthenticated.name() => "invalid_client".to_owned(),
        403 => "unauthorized_client".to_owned(),
        429 | 503 | 504 => "temporarily_unavailable".to_owned(),
        500.. => "server_error".to_owned(),
        _ => "invalid_request".to_owned(),
    };
    let description = description(text("detail"));
    let mut body = Map::new();
    body.insert("error".to_owned(), error.into());
    body.insert("error_description".to_owned(), description.into());
    // Who came by Basic is asked for Basic.
    let challenge = match basic(headers) {
        Some(_) => "Basic realm=\"matinee\", charset=\"UTF-8\"",
        None => "Bearer",
    };
    Reply::of_oauth(problem, body, HeaderValue::from_static(challenge))
}

/// The letters that a description may have.
fn description(text: &str) -> String {
    let allowed = |letter: char| match letter {
        '"' | '`' | '\\' => '\'',
        ' '..='~' => letter,
        _ => '?',
    };
    text.chars().map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Fault;
    use serde_json::json;

    use super::*;

    fn known() -> Known {
        Known {
            body: ["scope", "audience"].map(str::to_owned).into(),
            ..Known::default()
        }
    }

    #[test]
    fn a_form_is_read_as_the_book_says() {
        for (text, expected) in [
            ("", json!({})),
            ("scope=a+b%20c&unknown=1", json!({ "scope": "a b c" })),
            ("scope=&scope", json!({})),
            (
                "audience=a&audience=b&audience=c",
                json!({ "audience": ["a", "b", "c"] }),
            ),
            ("&&scope=%C3%A9&", json!({ "scope": "é" })),
            ("scope=a=b", json!({ "scope": "a=b" })),
        ] {
            assert_eq!(form(text.as_bytes(), &known()), Ok(expected), "{text}");
        }
        for wrong in ["scope=%FF".as_bytes(), b"scope=\xff"] {
            assert_eq!(form(wrong, &known()).unwrap_err().code(), ErrorCode::BadInput);
        }
        let many = "scope=a&".repeat(101);
        assert_eq!(
            form(many.as_bytes(), &known()).unwrap_err().code(),
            ErrorCode::LimitExceeded
        );
    }

    #[test]
    fn basic_carries_a_key_and_nothing_else_is_touched() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            credentials(headers)
        };
        let keyed = with(&format!("basic {}", STANDARD.encode("shop:mk_live_x:y")));
        assert_eq!(keyed.get(API_KEY).unwrap(), "mk_live_x:y");
        assert!(!keyed.contains_key(header::AUTHORIZATION));
        for other in [
            "Bearer abc",
            "Basic !!!",
            "Basic",
            &format!("Basic {}", STANDARD.encode("nobody")),
        ] {
            let kept = with(other);
            assert!(
                kept.contains_key(header::AUTHORIZATION) && !kept.contains_key(API_KEY),
                "{other}"
            );
        }
    }

    #[test]
    fn errors_are_called_by_oauths_words() {
        let said = |problem: Problem| {
            let (_, body, _) = refusal(problem, &HeaderMap::new()).parts();
            body.unwrap_or_default()
        };
        let payload = json!({ "code": "INVALID_GRANT", "message": "not \"taken\" \u{2026}" });
        let statuses = [("INVALID_GRANT".to_owned(), 400)].into();
        assert_eq!(
            said(Problem::of_payload(&payload, &statuses)),
            json!({ "error": "invalid_grant", "error_description": "not 'taken' ?" })
        );
        for (refusal, error) in [
            (Refusal::unauthenticated(), "invalid_client"),
            (
                Refusal::bad_input("grant_type", "grant_type is missing"),
                "invalid_request",
            ),
            (Refusal::new(ErrorCode::RateLimited, "wait"), "temporarily_unavailable"),
            (Refusal::new(ErrorCode::Unavailable, "wait"), "temporarily_unavailable"),
            (Refusal::new(ErrorCode::Internal, "?"), "server_error"),
        ] {
            assert_eq!(said(Problem::of(&refusal))["error"], error);
        }
    }
}
