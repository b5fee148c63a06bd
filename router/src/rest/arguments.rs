//! From a request to the variables of an operation. What cannot be read is refused with its name.

use std::{collections::BTreeSet, sync::Arc};

use apollo_compiler::ast::Type;
use axum::http::HeaderMap;
use chrono::{SecondsFormat, TimeDelta};
use kernel::{AccountId, Clock, ErrorCode, Ids, Refusal};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::variables::{Place, Variable};

/// Most parameters of a query.
const MAX_PARAMETERS: usize = 100;
/// Most items of a list in a query.
const MAX_ITEMS: usize = 100;

/// Where time and new ids come from.
#[derive(Clone)]
pub(super) struct Sources {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// What a client sent, taken apart.
pub(super) struct Sent<'r> {
    /// What stands in the places of the path's placeholders.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: &'r HeaderMap,
    /// JSON; `Null` without a body.
    pub body: Value,
    /// The account that asks.
    pub viewer: Option<AccountId>,
}

/// Names that a request may have.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub query: BTreeSet<String>,
    pub body: BTreeSet<String>,
    /// The body is one variable.
    pub whole_body: bool,
}

impl Known {
    /// Adds the name of a place.
    pub(super) fn add(&mut self, place: &Place) {
        match place {
            Place::Query(name) => drop(self.query.insert(name.clone())),
            Place::Body(name) => drop(self.body.insert(name.clone())),
            Place::WholeBody => self.whole_body = true,
            _ => {}
        }
    }

    /// Whether a route reads a body.
    pub(super) fn has_body(&self) -> bool {
        self.whole_body || !self.body.is_empty()
    }

    /// Refuses names that mean nothing: a filter that was misspelt would find everything.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, naming it and what is known.
    pub(super) fn check(&self, sent: &Sent<'_>) -> Result<(), Refusal> {
        let count = sent.query.len();
        if count > MAX_PARAMETERS {
            return Err(Refusal::limit("query parameters", MAX_PARAMETERS as u64, count as u64));
        }
        if let Some((name, _)) = sent.query.iter().find(|(name, _)| !self.query.contains(name)) {
            return Err(unknown("query parameter", name, &self.query));
        }
        if self.whole_body || !self.has_body() {
            return Ok(());
        }
        match &sent.body {
            Value::Null => Ok(()),
            Value::Object(members) => match members.keys().find(|name| !self.body.contains(*name)) {
                Some(name) => Err(unknown("member", name, &self.body)),
                None => Ok(()),
            },
            _ => Err(Refusal::bad_input("body", "the body is one JSON object")),
        }
    }
}

fn unknown(what: &str, name: &str, known: &BTreeSet<String>) -> Refusal {
    let shown: String = name.chars().take(60).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    Refusal::bad_input(&shown, format!("{shown:?} is no {what} here; known: {known}"))
}

/// Makes the variables.
///
/// # Errors
/// `BAD_USER_INPUT` naming what is missing or cannot be read, `UNAUTHENTICATED` where the account is needed.
pub(super) fn read(variables: &[Variable], sent: &Sent<'_>, sources: &Sources) -> Result<Map<String, Value>, Refusal> {
    let mut made = Map::new();
    for variable in variables {
        let found = variable
            .places
            .iter()
            .find_map(|place| find(variable, place, sent, sources).transpose());
        match found.transpose()?.or_else(|| variable.default.clone()) {
            Some(value) => {
                let value = enumerated(variable, value)?;
                made.insert(variable.name.clone(), each(variable, value)?);
            }
            None if variable.required => return Err(missing(variable)),
            None => {}
        }
    }
    Ok(made)
}

fn missing(variable: &Variable) -> Refusal {
    if variable.places.contains(&Place::Viewer) {
        return Refusal::unauthenticated();
    }
    let label = variable.places.first().map_or("", Place::label);
    Refusal::bad_input(label, format!("{label} is missing"))
}

/// Text of `place`, for tokens and for what has to be the viewer's own.
pub(super) fn text<'s>(place: &Place, sent: &'s Sent<'_>) -> Option<&'s str> {
    match place {
        Place::Path(at, _) => sent.path.get(*at).map(String::as_str),
        Place::Query(name) => sent
            .query
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, text)| text.as_str()),
        Place::Header(name) => sent.headers.get(name).and_then(|value| value.to_str().ok()),
        Place::Body(name) => sent.body.get(name).and_then(Value::as_str),
        Place::WholeBody | Place::Viewer | Place::Generated | Place::Now(_) => None,
    }
}

fn find(variable: &Variable, place: &Place, sent: &Sent<'_>, made: &Sources) -> Result<Option<Value>, Refusal> {
    match place {
        Place::Query(name) => {
            let texts: Vec<&str> = sent
                .query
                .iter()
                .filter(|(found, _)| found == name)
                .map(|(_, text)| text.as_str())
                .collect();
            of_texts(name, &variable.ty, &texts)
        }
        Place::Path(_, name) | Place::Header(name) => match text(place, sent) {
            Some(text) => scalar(name, &variable.ty, text).map(Some),
            None => Ok(None),
        },
        Place::Body(name) => Ok(sent.body.get(name).cloned()),
        Place::WholeBody => Ok(Some(sent.body.clone()).filter(|body| !body.is_null())),
        Place::Viewer => Ok(sent.viewer.map(|viewer| viewer.to_string().into())),
        Place::Generated => Ok(Some(made.ids.next().to_string().into())),
        Place::Now(seconds) => {
            let at = made.clock.now() + TimeDelta::seconds(*seconds);
            Ok(Some(at.to_rfc3339_opts(SecondsFormat::Millis, true).into()))
        }
    }
}

/// A list comes as one parameter with commas, or as several of the same name.
fn of_texts(name: &str, ty: &Type, texts: &[&str]) -> Result<Option<Value>, Refusal> {
    if texts.is_empty() {
        return Ok(None);
    }
    if !ty.is_list() {
        let [text] = texts else {
            return Err(Refusal::bad_input(
                name,
                format!("{name} is given {} times", texts.len()),
            ));
        };
        return scalar(name, ty, text).map(Some);
    }
    let items: Vec<&str> = texts.iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    if items.len() > MAX_ITEMS {
        return Err(Refusal::limit(name, MAX_ITEMS as u64, items.len() as u64).with("field", name));
    }
    let items = items
        .into_iter()
        .filter(|item| !item.is_empty())
        .map(|item| scalar(name, ty.item_type(), item));
    Ok(Some(Value::Array(items.collect::<Result<_, _>>()?)))
}

/// Text as a value of the graph's type; what the graph refuses it refuses itself.
fn scalar(name: &str, ty: &Type, text: &str) -> Result<Value, Refusal> {
    let bad = |kind: &str| Refusal::bad_input(name, format!("{name} is not {kind}"));
    match ty.inner_named_type().as_str() {
        "Int" => text.parse::<i32>().map(Value::from).map_err(|_| bad("a whole number")),
        "Float" => text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::from)
            .ok_or_else(|| bad("a number")),
        "Boolean" => text.parse::<bool>().map(Value::from).map_err(|_| bad("true or false")),
        _ => Ok(text.into()),
    }
}

/// Enums are written as the source documents do: `playbackErrors`, `playback-errors` and `PLAYBACK_ERRORS` are the same.
fn enumerated(variable: &Variable, value: Value) -> Result<Value, Refusal> {
    if variable.values.is_empty() {
        return Ok(value);
    }
    match value {
        Value::String(text) => {
            let wanted = screaming(&text);
            let found = variable
                .values
                .iter()
                .find(|known| **known == text || **known == wanted);
            found.map(|known| Value::from(known.as_str())).ok_or_else(|| {
                let label = variable.places.first().map_or("", Place::label);
                Refusal::bad_input(label, format!("{label} is one of {}", variable.values.join(", ")))
            })
        }
        Value::Array(items) => {
            let items = items.into_iter().map(|item| enumerated(variable, item));
            Ok(Value::Array(items.collect::<Result<_, _>>()?))
        }
        other => Ok(other),
    }
}

fn screaming(text: &str) -> String {
    let mut made = String::with_capacity(text.len() + 8);
    let mut was_small = false;
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && was_small {
            made.push('_');
        }
        was_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        made.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_uppercase()
        });
    }
    made
}

/// Renames the members of each item of a list.
fn each(variable: &Variable, value: Value) -> Result<Value, Refusal> {
    if variable.each.is_empty() {
        return Ok(value);
    }
    let label = variable.places.first().map_or("", Place::label);
    let Value::Array(items) = value else {
        return Err(Refusal::bad_input(label, format!("{label} is a list of objects")));
    };
    let mut made = Vec::with_capacity(items.len());
    for item in items {
        let Value::Object(members) = &item else {
            return Err(Refusal::bad_input(label, format!("{label} is a list of objects")));
        };
        let mut renamed = Map::new();
        for member in &variable.each {
            match members.get(&member.from) {
                Some(value) => drop(renamed.insert(member.name.clone(), value.clone())),
                None if member.or_digest => drop(renamed.insert(member.name.clone(), digest(&item).into())),
                None => {}
            }
        }
        made.push(Value::Object(renamed));
    }
    Ok(Value::Array(made))
}

/// An id that is the same for the same item (RFC 9562 §5.8).
fn digest(item: &Value) -> String {
    let mut hash = Sha256::new();
    write(item, &mut hash);
    let bytes: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid().to_string()
}

/// The item with its members in order, whatever order they came in.
fn write(value: &Value, hash: &mut Sha256) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            for name in names {
                hash.update(name);
                hash.update([0]);
                write(&members[name], hash);
            }
            hash.update([1]);
        }
        Value::Array(items) => {
            for item in items {
                write(item, hash);
            }
            hash.update([2]);
        }
        other => {
            hash.update(other.to_string());
            hash.update([3]);
        }
    }
}

/// Refuses a value that is not the id of the account that asks (identity comes from the token).
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`.
pub(super) fn check_own(own: &[Place], sent: &Sent<'_>) -> Result<(), Refusal> {
    for place in own {
        let Some(text) = text(place, sent) else { continue };
        let viewer = sent.viewer.ok_or_else(Refusal::unauthenticated)?;
        if Uuid::try_parse(text).ok() != Some(viewer.0) {
            let label = place.label();
            let message = format!("{label} is not the account that is signed in");
            return Err(Refusal::new(ErrorCode::Forbidden, message).with("field", label));
        }
    }
    Ok(())
}
