//! From what the graph answers to an HTTP response. Every response of the façade is made in [`Reply::into_response`].

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use kernel::{DEFAULT_PAGE, PageRequest, Refusal};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{
    arguments::Sent,
    compile::{Answer, Compiled, LocationPart, Route},
    problem::Problem,
    selected::{Step, follow},
    xml,
};
use crate::engine::MOCK;

/// What is sent back.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    body: Option<Value>,
    headers: HeaderMap,
    is_xml: bool,
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Self {
        let mut reply = Self {
            status: problem.status,
            content_type: "application/problem+json",
            body: Some(Value::Object(problem.body)),
            headers: HeaderMap::new(),
            is_xml: false,
        };
        if problem.status == 401 {
            reply
                .headers
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = problem.retry_after {
            reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }
}

impl Reply {
    /// A path that is not served by this method.
    pub(super) fn wrong_method(allowed: &[&str], asked: &str) -> Self {
        let message = format!("{asked} is not served here, but {}", allowed.join(", "));
        let mut reply = Self::from(Problem::of(&Refusal::bad_input("method", message)).with_status(405));
        reply.allow(allowed);
        reply
    }

    /// What a path is served by.
    pub(super) fn options(allowed: &[&str]) -> Self {
        let mut reply = Self {
            status: 204,
            content_type: "",
            body: None,
            headers: HeaderMap::new(),
            is_xml: false,
        };
        reply.allow(allowed);
        reply
    }

    fn allow(&mut self, allowed: &[&str]) {
        if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
            self.headers.insert(header::ALLOW, value);
        }
    }

    /// Status, body and `Location`.
    #[cfg(test)]
    pub(super) fn parts(self) -> (u16, Option<Value>, Option<String>) {
        let location = self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        (self.status, self.body, location.map(str::to_owned))
    }

    /// What OAuth's clients are told of a problem: its status and wait, in their words.
    pub(super) fn of_oauth(problem: Problem, body: Map<String, Value>, challenge: HeaderValue) -> Self {
        let mut reply = Self::from(problem);
        reply.content_type = "application/json";
        reply.body = Some(Value::Object(body));
        if let Some(asked) = reply.headers.get_mut(header::WWW_AUTHENTICATE) {
            *asked = challenge;
        }
        reply.without_nulls()
    }

    /// The same without members that are null, for nobody to keep (RFC 6749 §5.1, RFC 7662 §2.2).
    pub(super) fn without_nulls(mut self) -> Self {
        if let Some(Value::Object(members)) = &mut self.body {
            members.retain(|_, value| !value.is_null());
        }
        self.headers
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self
    }

    /// The same, saying what of it is made up, as the graph's answer does.
    pub(super) fn marked(mut self, answer: &[(HeaderName, HeaderValue)]) -> Self {
        let mark = answer.iter().find(|(name, _)| *name == MOCK);
        self.headers.extend(mark.cloned());
        self
    }

    /// The same, as XML if the client would rather have that.
    pub(super) fn in_form(mut self, headers: &HeaderMap) -> Self {
        self.is_xml = self.body.is_some() && xml::is_wanted(headers);
        self
    }

    /// The response.
    pub(super) fn into_response(self) -> Response {
        let is_problem = self.content_type == "application/problem+json";
        let (content_type, body) = match self.body {
            None => (self.content_type, Body::empty()),
            // RFC 7807 §A: the namespace of a problem in XML.
            Some(body) if self.is_xml && is_problem => (
                "application/problem+xml",
                xml::document("problem", Some("urn:ietf:rfc:7807"), &body).into(),
            ),
            Some(body) if self.is_xml => (
                "application/xml; charset=utf-8",
                xml::document("answer", None, &body).into(),
            ),
            Some(body) => (self.content_type, body.to_string().into()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.extend(self.headers);
        if !content_type.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let fixed: [(HeaderName, &str); 2] = [
            (header::VARY, "accept, authorization"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Makes the reply of `route` from the graph's answer.
///
/// # Errors
/// The problem that the graph names, in its errors or in a payload; 404 where there is nothing.
pub(super) fn reply(compiled: &Compiled, route: &Route, sent: &Sent<'_>, graph: &Value) -> Result<Reply, Problem> {
    let data = &graph["data"];
    for name in &route.payloads {
        let problem = &data[name.as_str()]["problem"];
        if !problem.is_null() {
            return Err(Problem::of_payload(problem, &compiled.statuses));
        }
    }
    let first_error = graph.get("errors").and_then(|errors| errors.get(0));
    let present = |steps: &[Step]| {
        let found = follow(data, steps);
        match (found.is_null(), first_error) {
            (false, _) => Ok(found),
            (true, Some(error)) => Err(Problem::of_error(error)),
            (true, None) => Err(Problem::of(&Refusal::not_found("what this path names"))),
        }
    };
    let body = match &route.answer {
        Answer::None => match first_error {
            Some(error) => return Err(Problem::of_error(error)),
            None => None,
        },
        Answer::One(steps, template) => Some(template.render(present(steps)?)),
        Answer::Connection(steps, item) => {
            let found = present(steps)?;
            let edges = found["edges"].as_array().map_or(&[][..], Vec::as_slice);
            let rows: Vec<Value> = edges.iter().map(|edge| item.render(edge)).collect();
            Some(json!({ "data": rows, "pagination": found["pagination"] }))
        }
        Answer::Plain(steps, item) => Some(slice(present(steps)?, item, sent)?),
    };
    let mut headers = HeaderMap::new();
    if let Some(location) = location(compiled, route, sent, data) {
        headers.insert(header::LOCATION, location);
    }
    // What an operation changed, or who asked with a token in the URL, is nobody else's.
    if route.is_mutation || route.token.is_some() {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(Reply {
        status: route.config.status,
        content_type: if body.is_some() { "application/json" } else { "" },
        body,
        headers,
        is_xml: false,
    })
}

/// A page of a list that the graph gave as a whole.
fn slice(list: &Value, item: &super::template::Template, sent: &Sent<'_>) -> Result<Value, Problem> {
    let number = |names: &[&str]| -> Result<Option<i32>, Problem> {
        let Some((name, text)) = sent.query.iter().find(|(name, _)| names.contains(&name.as_str())) else {
            return Ok(None);
        };
        let bad = |_| Problem::of(&Refusal::bad_input(name, format!("{name} is not a whole number")));
        text.parse().map(Some).map_err(bad)
    };
    let (page, size) = (number(&["page"])?.unwrap_or(1), number(&["pageSize", "limit"])?);
    let request = PageRequest::numbered(page, size.or(i32::try_from(DEFAULT_PAGE).ok()));
    let request = request.map_err(|refusal| Problem::of(&refusal))?;
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<Value> = items
        .iter()
        .skip(request.skipped() as usize)
        .take(request.first as usize)
        .map(|one| item.render(one))
        .collect();
    Ok(json!({ "data": rows, "pagination": {
        "currentPage": request.number,
        "pageSize": request.first,
        "totalItems": items.len(),
        "totalPages": items.len().div_ceil(request.first as usize),
    } }))
}

fn location(compiled: &Compiled, route: &Route, sent: &Sent<'_>, data: &Value) -> Option<HeaderValue> {
    let mut text = compiled.prefix.clone();
    for part in route.location.as_ref()? {
        match part {
            LocationPart::Fixed(fixed) => text.push_str(fixed),
            LocationPart::From(steps) => {
                let found = follow(data, steps).as_str()?;
                text.extend(utf8_percent_encode(found, PATH));
            }
            LocationPart::Placeholder(at) => {
                text.extend(utf8_percent_encode(sent.path.get(*at)?, PATH));
            }
        }
    }
    HeaderValue::from_str(&text).ok()
}

/// What is written as it is in a path.
const PATH: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
