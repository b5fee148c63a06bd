//! Other paths for what came in: rewritten before it is routed, or sent elsewhere.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri, header,
        uri::{Authority, PathAndQuery},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{ErrorCode, Refusal};
use serde::Deserialize;

use crate::{
    gate::Gate,
    pattern::{Part, Pattern, parts},
};

/// A rule of `web.rewrites`. The first that fits a request is followed, and no other after it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The path: `/v1/videos/{id}`; `{*rest}` at its end is all that is left.
    pub from: String,
    /// What stands for it: a path with placeholders of `from`; for a redirect also an `https://` URL.
    pub to: String,
    /// 301, 302, 307 or 308 sends the client there; 0, or nothing: it is answered as if it had asked there.
    #[serde(default)]
    pub status: u16,
    /// Hosts (without ports) it is for; none: all.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// The rules in their order.
#[derive(Debug, Default)]
pub(crate) struct Rewrites(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    from: Pattern,
    to: Target,
    redirect: Option<StatusCode>,
    hosts: Vec<String>,
}

/// Where a rule leads.
#[derive(Debug)]
struct Target {
    /// `https://host`, or nothing. No placeholder: whoever writes the path does not choose the host.
    base: String,
    host: Option<String>,
    parts: Vec<Piece>,
    query: Option<String>,
}

#[derive(Debug)]
enum Piece {
    Fixed(String),
    /// What this placeholder of `from` holds.
    Held(usize),
}

/// What becomes of a request.
#[derive(Debug, PartialEq)]
enum Outcome {
    Path(PathAndQuery),
    Elsewhere(StatusCode, HeaderValue),
}

impl Rewrites {
    /// Reads the rules; `public_url` is one of our own hosts.
    ///
    /// # Errors
    /// The first rule that is wrong, doubled, can never be reached, or leads back to itself.
    pub(crate) fn read(rules: &[Rewrite], public_url: &str) -> Result<Self, Refusal> {
        let refused = |at: usize, reason: String| {
            let message = format!("web.rewrites, rule {} ({}): {reason}", at + 1, rules[at].from);
            Refusal::new(ErrorCode::BadInput, message).with("field", "web.rewrites")
        };
        let mut read: Vec<Rule> = Vec::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            let rule = Rule::read(rule).map_err(|reason| refused(at, reason))?;
            if let Some(before) = read.iter().position(|before| before.covers(&rule)) {
                let is_same = rule.covers(&read[before]);
                let what = if is_same {
                    "is a duplicate of"
                } else {
                    "can never match after"
                };
                return Err(refused(
                    at,
                    format!("it {what} rule {} ({})", before + 1, rules[before].from),
                ));
            }
            read.push(rule);
        }
        let all = Self(read);
        let own = public_url
            .parse::<Uri>()
            .ok()
            .and_then(|url| url.host().map(str::to_ascii_lowercase));
        match (0..all.0.len()).find(|at| all.loops(*at, own.as_deref())) {
            Some(at) => Err(refused(
                at,
                format!("{:?} leads back to this rule: a loop", rules[at].to),
            )),
            None => Ok(all),
        }
    }

    /// Whether a client that follows the redirect `start` comes back to it.
    fn loops(&self, start: usize, own: Option<&str>) -> bool {
        let named: Vec<&str> = self.0.iter().flat_map(|rule| &rule.hosts).map(String::as_str).collect();
        let mut hosts: Vec<&str> = self.0[start].hosts.iter().map(String::as_str).collect();
        if hosts.is_empty() {
            hosts = named.iter().copied().chain(own).chain([""]).collect();
        }
        hosts.into_iter().any(|mut host| {
            let (mut at, mut seen) = (start, Vec::new());
            while self.0[at].redirect.is_some() && !seen.contains(&at) {
                seen.push(at);
                let to = &self.0[at].to;
                if let Some(other) = to.host.as_deref() {
                    if !named.contains(&other) && own != Some(other) {
                        return false;
                    }
                    host = other;
                }
                // A text that no rule has stands for whatever placeholders hold.
                let path = to.path(|_| "~");
                let Some(next) = self.0.iter().position(|rule| rule.captures(host, &path).is_some()) else {
                    return false;
                };
                at = next;
            }
            at == start && self.0[at].redirect.is_some()
        })
    }

    /// What becomes of a request for `uri`; `None`: it stays as it is.
    fn apply(&self, uri: &Uri, headers: &HeaderMap) -> Option<Outcome> {
        if self.0.is_empty() {
            return None;
        }
        let host = host(uri, headers).unwrap_or_default();
        self.0.iter().find_map(|rule| {
            let held = rule.captures(&host, uri.path())?;
            let path = rule.to.path(|at| held[at]);
            let text = rule.to.with_query(path, uri.query());
            let Some(status) = rule.redirect else {
                return PathAndQuery::try_from(text).ok().map(Outcome::Path);
            };
            let is_here = rule.to.host.as_deref().is_none_or(|to| to == host);
            if is_here && uri.path_and_query().is_some_and(|asked| asked.as_str() == text) {
                // Some captures lead where they came from; the client would ask this for ever.
                return None;
            }
            let location = HeaderValue::try_from(format!("{}{text}", rule.to.base)).ok()?;
            Some(Outcome::Elsewhere(status, location))
        })
    }
}

impl Rule {
    fn read(rule: &Rewrite) -> Result<Self, String> {
        let from = Pattern::read(&rule.from)?;
        let redirect = match rule.status {
            0 => None,
            301 | 302 | 307 | 308 => StatusCode::from_u16(rule.status).ok(),
            other => return Err(format!("status {other} is none of 301, 302, 307, 308")),
        };
        let to = Target::read(&rule.to, &from)?;
        if redirect.is_none() && to.host.is_some() {
            return Err("a URL needs a status: what is rewritten is answered here".to_owned());
        }
        let name = |host: &String| {
            let read = host
                .parse::<Authority>()
                .ok()
                .filter(|read| read.as_str() == read.host());
            let name = read.map(|read| read.host().to_ascii_lowercase());
            name.ok_or_else(|| format!("{host:?} is not the name of a host"))
        };
        let hosts = rule.hosts.iter().map(name).collect::<Result<_, _>>()?;
        Ok(Self {
            from,
            to,
            redirect,
            hosts,
        })
    }

    fn captures<'p>(&self, host: &str, path: &'p str) -> Option<Vec<&'p str>> {
        let is_meant = self.hosts.is_empty() || self.hosts.iter().any(|own| own == host);
        is_meant.then(|| self.from.captures(path))?
    }

    fn covers(&self, other: &Self) -> bool {
        let all_hosts = !other.hosts.is_empty() && other.hosts.iter().all(|host| self.hosts.contains(host));
        (self.hosts.is_empty() || all_hosts) && self.from.covers(&other.from)
    }
}

impl Target {
    fn read(text: &str, from: &Pattern) -> Result<Self, String> {
        let (base, rest) = match text.strip_prefix("https://") {
            Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => ("", text),
        };
        let mut host = None;
        if !base.is_empty() || text.starts_with("https:") {
            let authority = base
                .parse::<Authority>()
                .ok()
                .filter(|read| !read.as_str().contains(['@', '{']));
            let authority = authority.ok_or_else(|| format!("{text:?} does not name a host"))?;
            host = Some(authority.host().to_ascii_lowercase());
        }
        let (path, query) = rest
            .split_once('?')
            .map_or((rest, None), |(path, query)| (path, Some(query)));
        let path = if path.is_empty() && host.is_some() { "/" } else { path };
        if !path.starts_with('/') {
            return Err(format!("{text:?} is neither a path nor an https:// URL"));
        }
        if let Some(query) = query.filter(|query| query.contains(['{', '}']) || !is_query(query)) {
            return Err(format!(
                "{query:?} is no query as it stands in a URL; placeholders stand in the path"
            ));
        }
        let known = from.placeholders();
        let piece = |part: Part| match part.placeholder() {
            None => Ok(match part {
                Part::Fixed(text) | Part::One(text) | Part::Rest(text) => Piece::Fixed(text),
            }),
            Some(name) => known
                .iter()
                .position(|known| *known == name)
                .map(Piece::Held)
                .ok_or_else(|| format!("{text:?} has {name}, which is no placeholder of {}", from.as_str())),
        };
        Ok(Self {
            base: if base.is_empty() {
                String::new()
            } else {
                format!("https://{base}")
            },
            host,
            parts: parts(path)?.into_iter().map(piece).collect::<Result<_, _>>()?,
            query: query.filter(|query| !query.is_empty()).map(str::to_owned),
        })
    }

    /// The path, with what the placeholders hold.
    fn path<'h>(&'h self, held: impl Fn(usize) -> &'h str) -> String {
        let mut path = String::new();
        for piece in &self.parts {
            path.push('/');
            path.push_str(match piece {
                Piece::Fixed(text) => text,
                Piece::Held(at) => held(*at),
            });
        }
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// The path with the query of the rule, and the one that was sent.
    fn with_query(&self, path: String, sent: Option<&str>) -> String {
        let all: Vec<&str> = self.query.as_deref().into_iter().chain(sent).collect();
        if all.is_empty() {
            return path;
        }
        format!("{path}?{}", all.join("&"))
    }
}

/// RFC 3986 §3.4.
fn is_query(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte))
}

/// The host that is asked, without its port.
fn host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(host) = uri.host() {
        return Some(host.to_ascii_lowercase());
    }
    let sent = headers.get(header::HOST)?.to_str().ok()?;
    let authority = sent.parse::<Authority>().ok()?;
    Some(authority.host().to_ascii_lowercase())
}

/// Follows the rules of the gate; what is inside sees the other path.
pub(crate) async fn follow(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let outcome = gate.rewrites(|rewrites| rewrites.apply(request.uri(), request.headers()));
    match outcome {
        None => next.run(request).await,
        Some(Outcome::Path(path)) => {
            let mut uri = request.uri().clone().into_parts();
            uri.path_and_query = Some(path);
            if let Ok(uri) = Uri::from_parts(uri) {
                *request.uri_mut() = uri;
            }
            next.run(request).await
        }
        Some(Outcome::Elsewhere(status, location)) => (status, [(header::LOCATION, location)]).into_response(),
    }
}

#[cfg(test)]
mod tests;
